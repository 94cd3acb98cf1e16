import account from './zh/account.json';
import apis from './zh/apis.json';
import debug from './zh/debug.json';
import overview from './zh/overview.json';
import problems from './zh/problems.json';
import refusals from './zh/refusals.json';
import rules from './zh/rules.json';
import services from './zh/services.json';
import shell from './zh/shell.json';

export default {
  account,
  apis,
  debug,
  overview,
  problems,
  refusals,
  rules,
  services,
  shell,
};
