-- Tollgate's policy for nginx, written the way a careful operator would: nothing is parsed twice, everything that can
-- be prepared is prepared when the configuration is loaded, locals for what is used per call.

local ngx, string = ngx, string
local find, sub, lower = string.find, string.sub, string.lower
local var, shared = ngx.var, ngx.shared
local frexp = math.frexp
local hmac_sha1, encode_base64 = ngx.hmac_sha1, ngx.encode_base64

local policy = {}
local routes, keys       -- from the configuration file
local calls = {}         -- status -> calls, this worker's metrics
local durations = {}     -- milliseconds, up to the next power of two -> calls

--- Reads routes and keys; routes are found by the literal text before their variable, so 1,000 cost what one costs.
function policy.load(file)
    local configuration = dofile(file)
    routes, keys = {}, configuration.keys
    for _, api in ipairs(configuration.apis) do
        local before, after = api.path:match("^(.-){id}(.*)$")
        local backend_before, backend_after = api.backend:match("^(.-){id}(.*)$")
        routes[before] = {
            id = api.id, method = api.method, before = #before, after = after,
            backend_before = backend_before, backend_after = backend_after,
        }
    end
end

local function refuse(status, message)
    var.refusal = message
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    local body = '{"message":"' .. message .. '"}'
    ngx.header["Content-Length"] = #body
    ngx.print(body)
    return ngx.exit(status)
end

local function route(path)
    local slash = find(path, "/", 2, true)
    local found = slash and routes[sub(path, 1, slash)]
    if not found then return end
    local stop = #path - #found.after
    if stop <= found.before or sub(path, stop + 1) ~= found.after then return end
    return found, sub(path, found.before + 1, stop)
end

--- The value of `name="…"` in an Authorization header, and where it ends.
local function quoted(text, name, from)
    local _, start = find(text, name, from, true)
    local stop = start and find(text, '"', start + 1, true)
    if not stop then return nil, from end
    return sub(text, start + 1, stop - 1), stop
end

--- One line of the text that is signed; nil when the call has no such header.
local function line(name)
    local value = ngx.var["http_" .. name]
    return value and name .. ": " .. value
end

--- The text signed when `names` lists the headers. Most calls list two: no loop for them, which keeps the whole of
--- `access` in one compiled trace.
local function signed_text(names)
    local blank = find(names, " ", 1, true)
    if not blank then
        return line(names), names
    end
    local first, rest = sub(names, 1, blank - 1), sub(names, blank + 1)
    local first_line = line(first)
    if not first_line then return nil, first end
    local rest_lines, missing = nil, rest
    if find(rest, " ", 1, true) then
        rest_lines, missing = signed_text(rest)
    else
        rest_lines = line(rest)
    end
    return rest_lines and first_line .. "\n" .. rest_lines, missing
end

local function identify()
    local authorization = var.http_authorization
    if not authorization then
        return nil, 401, "HMAC signature cannot be verified, a validate authorization header is required"
    end
    if sub(authorization, 1, 5) ~= "hmac " then return nil, 401, "HMAC authorization format error" end
    local id, algorithm, names, signature, at
    id, at = quoted(authorization, 'id="', 6)
    algorithm, at = quoted(authorization, 'algorithm="', at)
    names, at = quoted(authorization, 'headers="', at)
    signature = quoted(authorization, 'signature="', at)
    if not (id and algorithm and names and signature) then return nil, 401, "HMAC authorization format error" end
    if algorithm ~= "hmac-sha1" then return nil, 401, "HMAC algorithm " .. algorithm .. " not supported" end
    local key = keys[id]
    if not key then return nil, 401, "HMAC signature cannot be verified" end
    if not (var.http_date or var.http_x_date) then
        return nil, 401, "HMAC signature cannot be verified, a valid date or x-date header is required"
    end
    local signed, missing = signed_text(lower(names))
    if not signed then
        return nil, 401, "HMAC signature cannot be verified, a valid " .. missing .. " header is required"
    end
    if encode_base64(hmac_sha1(key.secret, signed)) ~= signature then
        return nil, 401, "HMAC signature does not match"
    end
    return key
end

--- Counts the call against the key's rate (a window of one second) and the plan's quota.
local function admit(key, ctx)
    local limits, plan = shared.limits, key.plan
    local used = 0
    if plan.rate then
        used = limits:incr("r:" .. key.id .. ":" .. ngx.time(), 1, 0, 2)
        if used > plan.rate then return nil, 429, "API rate limit exceeded" end
    end
    if plan.quota then
        local total = limits:incr("q:" .. plan.id, 1, 0)
        if total > plan.quota then return nil, 429, "API quota exceeded" end
        ctx.quota = total
    end
    ctx.rate = used
    return true
end

function policy.access()
    local path = var.uri
    if sub(path, 1, 9) == "/release/" then path = sub(path, 9) end
    local api, item = route(path)
    if not api then return refuse(404, "There is no api match uri[" .. path .. "]") end
    if var.request_method ~= api.method then return refuse(404, "There is no api match method") end
    local ctx = ngx.ctx
    ctx.api = api
    var.api_id = api.id
    local key, status, message = identify()
    if not key then return refuse(status, message) end
    ctx.key = key
    var.key_id, var.plan_id = key.id, key.plan.id
    local admitted
    admitted, status, message = admit(key, ctx)
    if not admitted then return refuse(status, message) end
    var.backend_path = api.backend_before .. item .. api.backend_after
end

--- The response headers that Tollgate adds.
function policy.answer()
    local ctx, header = ngx.ctx, ngx.header
    header["X-Api-RequestId"] = var.request_id
    local api, key = ctx.api, ctx.key
    if not api then return end
    header["X-Api-ID"] = api.id
    header["X-Service-RateLimit"] = "unlimited"
    header["X-Api-RateLimit"] = "unlimited"
    if not key or not ctx.rate then return end
    local plan = key.plan
    header["X-Secret-ID"] = key.id
    header["X-UsagePlan-ID"] = plan.id
    if plan.rate then
        header["X-UsagePlan-RateLimit"] = (plan.rate - ctx.rate) .. "/" .. plan.rate
        header["X-RateLimit-Limit"] = plan.rate
    end
    if plan.quota then
        header["X-UsagePlan-Quota"] = (plan.quota - ctx.quota) .. "/" .. plan.quota
        header["X-RateLimit-Used"] = ctx.quota .. "/" .. plan.quota
    end
end

--- Metrics of this worker: calls by status, durations by power of two.
function policy.count()
    local status = ngx.status
    calls[status] = (calls[status] or 0) + 1
    local _, step = frexp((ngx.now() - ngx.req.start_time()) * 1000)
    durations[step] = (durations[step] or 0) + 1
end

return policy
