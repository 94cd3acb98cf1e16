/**
 * Values over time, drawn by hand: stacked bars for what adds up, lines for what does not.
 *
 * Whoever points or goes through it by the arrow keys is told each step; the same values stand in a table behind the button.
 */
import { LineChartOutlined, TableOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { levels as roundLevels, momentWords, moments } from './scale';
import './chart.css';

export type Ink = 'blue' | 'green' | 'amber' | 'red' | 'violet' | 'grey';

export interface Series {
  name: string;
  ink: Ink;
  /** One for each step; null where there is nothing to measure. */
  values: (number | null)[];
  /** Told apart by more than its colour. */
  isDashed?: boolean;
}

interface Given {
  title: string;
  /** Beside the title: the sum of it all. */
  sum?: ReactNode;
  shape: 'bars' | 'lines';
  /** When each step begins, in milliseconds, and how long it lasts. */
  starts: number[];
  step: number;
  series: Series[];
  write: (value: number) => string;
  levels?: (most: number) => number[];
}

const HEIGHT = 200;
const EDGE = { top: 10, right: 8, bottom: 24, left: 58 };

export function TimeChart(given: Given) {
  const { t } = useTranslation();
  const [isTable, setTable] = useState(false);
  const { title, series, shape } = given;
  return (
    <section className="card chart" aria-label={title}>
      <header className="chart-head">
        <h2>{title}</h2>
        {given.sum && <span className="chart-sum figures">{given.sum}</span>}
        <span className="chart-gap" />
        <Tooltip title={t(isTable ? 'chart.asChart' : 'chart.asTable')}>
          <Button
            type="text"
            size="small"
            aria-pressed={isTable}
            aria-label={`${t('chart.asTable')}: ${title}`}
            icon={isTable ? <LineChartOutlined /> : <TableOutlined />}
            onClick={() => setTable(!isTable)}
          />
        </Tooltip>
      </header>
      <ul className="chart-legend">
        {series.map((one) => (
          <li key={one.name} className={`ink-${one.ink}`}>
            <span className={`chart-key is-${shape}${one.isDashed ? ' is-dashed' : ''}`} aria-hidden="true" />
            {one.name}
          </li>
        ))}
      </ul>
      {isTable ? <Values {...given} /> : <Drawing {...given} />}
    </section>
  );
}

function Drawing({ title, shape, starts, step, series, write, levels = (most) => roundLevels(most) }: Given) {
  const { t, i18n } = useTranslation();
  const { box, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const sums = starts.map((_, index) => series.map((one) => one.values[index] ?? 0));
  const most = Math.max(0, ...sums.map((values) => (shape === 'bars' ? values.reduce((a, b) => a + b, 0) : Math.max(0, ...values))));
  const lines = levels(most);
  const top = lines.at(-1)!;
  const from = starts[0] ?? 0;
  const to = (starts.at(-1) ?? 0) + step;
  const room = { width: Math.max(10, width - EDGE.left - EDGE.right), height: HEIGHT - EDGE.top - EDGE.bottom };
  const x = (time: number) => EDGE.left + ((time - from) / (to - from)) * room.width;
  const y = (value: number) => EDGE.top + room.height * (1 - value / top);
  const marks = moments(from, to, Math.max(2, Math.floor(room.width / 72)));

  const point = (event: PointerEvent) => {
    const left = event.clientX - box.current!.getBoundingClientRect().left - EDGE.left;
    const index = Math.floor((left / room.width) * starts.length);
    setAt(index < 0 || index >= starts.length ? null : index);
  };
  const walk = (event: KeyboardEvent) => {
    const last = starts.length - 1;
    const now = at ?? last + 1;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') setAt(null);
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, next)));
  };

  return (
    <div
      ref={box}
      className="chart-box"
      tabIndex={0}
      role="group"
      aria-label={t('chart.keys', { title })}
      onPointerMove={point}
      onPointerLeave={() => setAt(null)}
      onKeyDown={walk}
      onBlur={() => setAt(null)}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true" focusable="false">
        {lines.map((level) => (
          <g key={level}>
            <line className="chart-line" x1={EDGE.left} x2={EDGE.left + room.width} y1={y(level)} y2={y(level)} />
            <text className="chart-text" x={EDGE.left - 8} y={y(level) + 4} textAnchor="end">
              {write(level)}
            </text>
          </g>
        ))}
        {marks.map((mark) => (
          <text key={mark} className="chart-text" x={x(mark)} y={HEIGHT - 6} textAnchor={x(mark) > width - 30 ? 'end' : 'middle'}>
            {momentWords(mark, i18n.language)}
          </text>
        ))}
        {at !== null && (
          <rect className="chart-here" x={x(starts[at]!)} width={x(starts[at]! + step) - x(starts[at]!)} y={EDGE.top} height={room.height} />
        )}
        {shape === 'bars' ? (
          <Bars {...{ starts, step, series, x, y }} />
        ) : (
          series.map((one) => <Line key={one.name} {...{ starts, step, x, y }} series={one} />)
        )}
      </svg>
      {at !== null && (
        <Told at={at} left={x(starts[at]! + step / 2)} width={width} {...{ starts, step, series, write }} />
      )}
      <span className="unseen" role="status">
        {at !== null && told(starts[at]!, i18n.language, series, at, write)}
      </span>
    </div>
  );
}

interface Paper {
  starts: number[];
  step: number;
  x: (time: number) => number;
  y: (value: number) => number;
}

function Bars({ starts, step, series, x, y }: Paper & { series: Series[] }) {
  return starts.map((start, index) => {
    let below = 0;
    const wide = x(start + step) - x(start);
    const gap = wide > 6 ? 2 : wide > 3 ? 1 : 0;
    return series.map((one) => {
      const value = one.values[index] ?? 0;
      if (value === 0) return null;
      const bar = { top: y(below + value), bottom: y(below) };
      below += value;
      return (
        <rect
          key={`${start} ${one.name}`}
          className={`chart-bar ink-${one.ink}`}
          x={x(start) + gap / 2}
          width={Math.max(0.75, wide - gap)}
          y={bar.top}
          height={Math.max(0.75, bar.bottom - bar.top)}
        />
      );
    });
  });
}

/** A line that is interrupted where nothing was measured; a single value is a dot. */
function Line({ starts, step, series, x, y }: Paper & { series: Series }) {
  let path = '';
  const dots: { left: number; top: number }[] = [];
  series.values.forEach((value, index) => {
    if (value === null) return;
    const place = { left: x(starts[index]! + step / 2), top: y(value) };
    const before = series.values[index - 1] ?? null;
    const after = series.values[index + 1] ?? null;
    path += `${before === null ? 'M' : 'L'}${place.left.toFixed(1)} ${place.top.toFixed(1)}`;
    if (before === null && after === null) dots.push(place);
  });
  return (
    <g className={`ink-${series.ink}`}>
      <path className={series.isDashed ? 'chart-path is-dashed' : 'chart-path'} d={path} />
      {dots.map(({ left, top }) => (
        <circle key={left} className="chart-dot" cx={left} cy={top} r={2.5} />
      ))}
    </g>
  );
}

function Told({ at, left, width, starts, series, write }: { at: number; left: number; width: number } & Pick<Given, 'starts' | 'step' | 'series' | 'write'>) {
  const { i18n } = useTranslation();
  const isRight = left > width / 2;
  return (
    <div className="chart-told" aria-hidden="true" style={isRight ? { right: width - left + 14 } : { left: left + 14 }}>
      <p className="chart-told-time figures">{timeWords(starts[at]!, i18n.language)}</p>
      {series.map((one) => (
        <p key={one.name} className={`chart-told-line ink-${one.ink}`}>
          <span className="chart-key is-bars" />
          <span>{one.name}</span>
          <b className="figures">{valueWords(one.values[at], write)}</b>
        </p>
      ))}
    </div>
  );
}

function Values({ title, starts, series, write }: Given) {
  const { t, i18n } = useTranslation();
  const rows = starts.map((start, index) => ({ start, index })).filter(({ index }) => series.some((one) => one.values[index]));
  if (rows.length === 0) return <p className="chart-none">{t('chart.nothing')}</p>;
  return (
    <div className="chart-values" tabIndex={0} role="region" aria-label={title}>
      <table aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            {series.map((one) => (
              <th key={one.name} scope="col">
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ start, index }) => (
            <tr key={start}>
              <th scope="row" className="figures">
                {timeWords(start, i18n.language)}
              </th>
              {series.map((one) => (
                <td key={one.name} className="figures">
                  {valueWords(one.values[index], write)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function valueWords(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? '–' : write(value);
}

function told(start: number, language: string, series: Series[], at: number, write: (value: number) => string): string {
  return [timeWords(start, language), ...series.map((one) => `${one.name} ${valueWords(one.values[at], write)}`)].join(', ');
}

function timeWords(at: number, language: string): string {
  return new Date(at).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    month: language === 'zh' ? '2-digit' : 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}
