import account from './en/account.json';
import apis from './en/apis.json';
import overview from './en/overview.json';
import problems from './en/problems.json';
import rules from './en/rules.json';
import services from './en/services.json';
import shell from './en/shell.json';

export default { account, apis, overview, problems, rules, services, shell };
