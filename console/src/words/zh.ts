import about from './zh/about.json';
import account from './zh/account.json';
import apis from './zh/apis.json';
import audit from './zh/audit.json';
import certificates from './zh/certificates.json';
import debug from './zh/debug.json';
import domains from './zh/domains.json';
import keys from './zh/keys.json';
import logs from './zh/logs.json';
import monitoring from './zh/monitoring.json';
import operators from './zh/operators.json';
import overview from './zh/overview.json';
import plans from './zh/plans.json';
import problems from './zh/problems.json';
import refusals from './zh/refusals.json';
import rules from './zh/rules.json';
import services from './zh/services.json';
import settingHelp from './zh/setting_help.json';
import settings from './zh/settings.json';
import shell from './zh/shell.json';
import upstreams from './zh/upstreams.json';

export default {
  about,
  account,
  apis,
  audit,
  certificates,
  debug,
  domains,
  keys,
  logs,
  monitoring,
  operators,
  overview,
  plans,
  problems,
  refusals,
  rules,
  services,
  setting_help: settingHelp,
  settings,
  shell,
  upstreams,
};
