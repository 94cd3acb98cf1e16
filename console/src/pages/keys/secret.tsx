/** The secret half of a key: stars until somebody asks; what was shown is forgotten with the page. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { revealSecret } from '@/api/keys';
import { useProblemWords } from '@/api/problem';
import { Copyable } from '@/parts/copyable';

export function Secret({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation('keys');
  const words = useProblemWords();
  const [shown, setShown] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    setError(null);
    await revealSecret(id).then(setShown, setError);
    setBusy(false);
  };
  return (
    <span className="key-secret">
      {shown ? <Copyable text={shown} what={t('field.secret')} /> : <span className="mono">*****</span>}
      <Button
        type="link"
        size="small"
        loading={isBusy}
        aria-label={`${t(shown ? 'action.hide' : 'action.show')} ${t('field.secret')} ${name}`}
        onClick={() => (shown ? setShown(null) : void show())}
      >
        {t(shown ? 'action.hide' : 'action.show')}
      </Button>
      {error !== null && <span role="alert">{words(error)}</span>}
    </span>
  );
}
