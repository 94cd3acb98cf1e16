/** Rows of fields below heads: the tables inside of forms. */
import type { ReactNode } from 'react';
import './field_table.css';

interface Given {
  label: string;
  heads: { text: string; width?: string }[];
  rows: { key: number | string; cells: ReactNode[]; end?: ReactNode }[];
}

export function FieldTable({ label, heads, rows }: Given) {
  if (rows.length === 0) return null;
  return (
    <div className="field-table">
      <table aria-label={label}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head.text} scope="col" style={{ width: head.width }}>
                {head.text}
              </th>
            ))}
            {rows.some((row) => row.end) && <td className="field-table-end" />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.cells.map((cell, index) => (
                <td key={heads[index]?.text}>{cell}</td>
              ))}
              {row.end && <td className="field-table-end">{row.end}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
