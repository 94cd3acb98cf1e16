/** While something is loaded; what comes at once shows nothing of it. */
import { Spin } from 'antd';

export function Waiting() {
  return <Spin className="page-waits" size="large" delay={200} />;
}
