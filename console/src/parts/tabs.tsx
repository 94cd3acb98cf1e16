/** The parts of a page, each with an address of its own. */
import { NavLink } from 'react-router';
import './tabs.css';

export function Tabs({ label, tabs }: { label: string; tabs: { to: string; text: string; end?: boolean }[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} end={tab.end} className="tab">
          {tab.text}
        </NavLink>
      ))}
    </nav>
  );
}
