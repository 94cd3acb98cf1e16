import account from './en/account.json';
import apis from './en/apis.json';
import debug from './en/debug.json';
import overview from './en/overview.json';
import problems from './en/problems.json';
import refusals from './en/refusals.json';
import rules from './en/rules.json';
import services from './en/services.json';
import shell from './en/shell.json';

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
