/** The calls of one service. */
import { LogPanel } from '@/pages/logs/panel';
import { useThisService } from '.';

export default function ServiceLogs() {
  return <LogPanel service={useThisService().id} />;
}
