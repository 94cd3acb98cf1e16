import account from './zh/account.json';
import apis from './zh/apis.json';
import debug from './zh/debug.json';
import keys from './zh/keys.json';
import overview from './zh/overview.json';
import plans from './zh/plans.json';
import problems from './zh/problems.json';
import refusals from './zh/refusals.json';
import rules from './zh/rules.json';
import services from './zh/services.json';
import shell from './zh/shell.json';
import upstreams from './zh/upstreams.json';

export default {
  account,
  apis,
  debug,
  keys,
  overview,
  plans,
  problems,
  refusals,
  rules,
  services,
  shell,
  upstreams,
};
