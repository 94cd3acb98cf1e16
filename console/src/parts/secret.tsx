/**
 * Something secret: stars until somebody who may asks; what was shown is forgotten with the page. One that may be replaced
 * has a `key` that says since when it is: what was shown of the old one goes with it.
 */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemWords } from '@/api/problem';
import { useMay } from '@/api/session';
import { Copyable } from './copyable';
import './secret.css';

interface Given {
  /** What it is: `SecretKey`. */
  what: string;
  /** Whose it is. */
  name: string;
  /** Asks the gateway, whose audit trail notes it. */
  reveal: () => Promise<string>;
}

export function Secret({ what, name, reveal }: Given) {
  const { t } = useTranslation();
  const words = useProblemWords();
  const mayAsk = useMay('editor');
  const [shown, setShown] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    setError(null);
    await reveal().then(setShown, setError);
    setBusy(false);
  };
  if (!mayAsk) return <span className="mono">*****</span>;
  const action = t(shown ? 'action.hide' : 'action.show');
  return (
    <span className="secret">
      {shown ? <Copyable text={shown} what={what} /> : <span className="mono">*****</span>}
      <Button
        type="link"
        size="small"
        loading={isBusy}
        aria-label={`${action} ${what} ${name}`}
        onClick={() => (shown ? setShown(null) : void show())}
      >
        {action}
      </Button>
      {error !== null && <span role="alert">{words(error)}</span>}
    </span>
  );
}
