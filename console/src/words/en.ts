import account from './en/account.json';
import apis from './en/apis.json';
import debug from './en/debug.json';
import keys from './en/keys.json';
import overview from './en/overview.json';
import plans from './en/plans.json';
import problems from './en/problems.json';
import refusals from './en/refusals.json';
import rules from './en/rules.json';
import services from './en/services.json';
import shell from './en/shell.json';
import upstreams from './en/upstreams.json';

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
