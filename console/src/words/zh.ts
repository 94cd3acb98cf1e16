import about from './zh/about.json';
import account from './zh/account.json';
import apis from './zh/apis.json';
import applications from './zh/applications.json';
import audit from './zh/audit.json';
import certificates from './zh/certificates.json';
import debug from './zh/debug.json';
import documents from './zh/documents.json';
import domains from './zh/domains.json';
import keys from './zh/keys.json';
import logs from './zh/logs.json';
import monitoring from './zh/monitoring.json';
import operators from './zh/operators.json';
import overview from './zh/overview.json';
import plans from './zh/plans.json';
import plugins from './zh/plugins.json';
import problems from './zh/problems.json';
import reasons from './zh/reasons.json';
import refusals from './zh/refusals.json';
import rules from './zh/rules.json';
import services from './zh/services.json';
import settingHelp from './zh/setting_help.json';
import settings from './zh/settings.json';
import shell from './zh/shell.json';
import strategies from './zh/strategies.json';
import upstreams from './zh/upstreams.json';

export default {
  about,
  account,
  apis,
  applications,
  audit,
  certificates,
  debug,
  documents,
  domains,
  keys,
  logs,
  monitoring,
  operators,
  overview,
  plans,
  plugins,
  problems,
  reasons,
  refusals,
  rules,
  services,
  setting_help: settingHelp,
  settings,
  shell,
  strategies,
  upstreams,
};
