/** What there is most of: names with bars behind them. */
import type { ReactNode } from 'react';
import type { Ink } from './time_chart';
import './chart.css';

export interface Bar {
  key: string;
  name: ReactNode;
  hint?: ReactNode;
  value: number;
  /** The value in words. */
  words: ReactNode;
}

export function BarList({ label, bars, ink = 'blue' }: { label: string; bars: Bar[]; ink?: Ink }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ul className={`bars ink-${ink}`} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key} className="bar">
          <div className="bar-line">
            <span className="bar-name">{bar.name}</span>
            <span className="figures">{bar.words}</span>
          </div>
          <div className="bar-track" aria-hidden="true">
            <div className="bar-fill" style={{ width: `${Math.max(1, (100 * bar.value) / most)}%` }} />
          </div>
          {bar.hint && <div className="cell-sub">{bar.hint}</div>}
        </li>
      ))}
    </ul>
  );
}
