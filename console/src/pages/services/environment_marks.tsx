/** The three environments of a service, each with its state: three lines, as everybody knows them. */
import { useTranslation } from 'react-i18next';
import type { Service } from '@/api/services';
import { Mark } from '@/parts/mark';
import './environment_marks.css';

export function EnvironmentMarks({ service }: { service: Service }) {
  const { t } = useTranslation('services');
  return (
    <ul className="environment-marks">
      {service.environments.map((one) => (
        <li key={one.name}>
          <span className="environment-name">{t(`environment.${one.name}`)}</span>
          <Mark tone={one.running ? 'good' : 'quiet'}>{t(one.running ? 'state.published' : 'state.unpublished')}</Mark>
        </li>
      ))}
    </ul>
  );
}
