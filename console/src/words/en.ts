import about from './en/about.json';
import account from './en/account.json';
import apis from './en/apis.json';
import applications from './en/applications.json';
import audit from './en/audit.json';
import certificates from './en/certificates.json';
import debug from './en/debug.json';
import documents from './en/documents.json';
import domains from './en/domains.json';
import keys from './en/keys.json';
import logs from './en/logs.json';
import monitoring from './en/monitoring.json';
import operators from './en/operators.json';
import overview from './en/overview.json';
import plans from './en/plans.json';
import plugins from './en/plugins.json';
import problems from './en/problems.json';
import refusals from './en/refusals.json';
import rules from './en/rules.json';
import services from './en/services.json';
import settings from './en/settings.json';
import shell from './en/shell.json';
import strategies from './en/strategies.json';
import upstreams from './en/upstreams.json';

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
  refusals,
  rules,
  services,
  settings,
  shell,
  strategies,
  upstreams,
};
