/** Chooses from what there is: searched by the gateway on the left, chosen on the right. */
import { CloseOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from './failure';
import { useSettled } from './settled';
import './transfer.css';

export interface Choice {
  id: string;
  name: string;
  /** Instead of the identifier below the name. */
  note?: string;
  /** It cannot be chosen; the note says why. */
  isTaken?: boolean;
}

/** Pages of a list, as `useInfiniteQuery` tells them. */
interface Found<Row> {
  data?: { pages: { items: Row[]; total?: number | null }[] };
  error: unknown;
  isLoading: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

interface Given<Row> {
  /** Asks the gateway for what matches; a hook, the same for as long as the field stands. */
  useFound: (q: string) => Found<Row>;
  choiceOf: (row: Row) => Choice;
  /** The form's part: what is chosen, with its name, so that another search does not lose it. */
  value?: Choice[];
  onChange?: (chosen: Choice[]) => void;
  words: { left: string; found: (count: number) => string; chosen: (count: number) => string; search: string; none: string };
}

export function Transfer<Row>({ useFound, choiceOf, value = [], onChange, words }: Given<Row>) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const found = useFound(useSettled(q));
  const choices = (found.data?.pages ?? []).flatMap((page) => page.items.map(choiceOf));
  const total = found.data?.pages[0]?.total ?? choices.length;
  const set = (choice: Choice, isChosen: boolean) =>
    onChange?.(isChosen ? [...value, choice] : value.filter((one) => one.id !== choice.id));
  return (
    <div className="transfer">
      <div className="transfer-side" role="group" aria-label={words.left}>
        <Input.Search
          aria-label={words.search}
          placeholder={words.search}
          value={q}
          allowClear
          onChange={(event) => setQ(event.target.value)}
          // Enter searches; it is not meant to submit the form.
          onPressEnter={(event) => event.preventDefault()}
        />
        <p className="transfer-count" role="status">
          {words.found(total)}
        </p>
        {/* What scrolls can be reached by keyboard. */}
        <div className="transfer-list" tabIndex={0} role="group" aria-label={words.left}>
          {found.error ? <Failure error={found.error} retry={found.refetch} /> : null}
          {found.isLoading && <Spin />}
          <ul>
            {choices.map((one) => (
              <li key={one.id}>
                <Checkbox
                  checked={value.some(({ id }) => id === one.id)}
                  disabled={one.isTaken}
                  onChange={(event) => set(one, event.target.checked)}
                >
                  <span className="transfer-name">{one.name}</span>
                  <span className="transfer-id">{one.note ?? <span className="mono">{one.id}</span>}</span>
                </Checkbox>
              </li>
            ))}
          </ul>
          {!found.isLoading && choices.length === 0 && <p className="quiet transfer-none">{words.none}</p>}
          {found.hasNextPage && (
            <Button type="link" size="small" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
              {t('list.loadMore')}
            </Button>
          )}
        </div>
      </div>
      <div className="transfer-side" role="group" aria-label={words.chosen(value.length)}>
        <p className="transfer-count is-head" role="status">
          {words.chosen(value.length)}
        </p>
        <div className="transfer-list" tabIndex={0} role="group" aria-label={words.chosen(value.length)}>
          <ul>
            {value.map((one) => (
              <li key={one.id} className="transfer-chosen">
                <span>
                  <span className="transfer-name">{one.name}</span>
                  <span className="transfer-id mono">{one.id}</span>
                </span>
                <Button
                  type="text"
                  size="small"
                  icon={<CloseOutlined />}
                  aria-label={`${t('action.remove')} ${one.name}`}
                  onClick={() => set(one, false)}
                />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}
