/** Makes and edits a service. */
import { Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAbout } from '@/api/about';
import { type Service, type ServiceValues, useSaveService } from '@/api/services';
import { FormDialog } from '@/parts/form_dialog';
import { rule } from '@/rules/fault';
import { longest, name } from '@/rules/name';

interface Given {
  isOpen: boolean;
  /** The service to edit; none makes one. */
  service?: Service;
  close: () => void;
  created?: (service: Service) => void;
}

export function ServiceDialog({ isOpen, service, close, created }: Given) {
  const { t } = useTranslation('services');
  const save = useSaveService(service);
  const region = useAbout().data?.region;
  return (
    <FormDialog<ServiceValues>
      title={t(service ? 'edit' : 'create')}
      isOpen={isOpen}
      close={close}
      initial={service ? { name: service.name, protocol: service.protocol, description: service.description } : { protocol: 'both' }}
      submit={async (values) => {
        const saved = await save.mutateAsync(values);
        if (!service) created?.(saved);
      }}
    >
      <Form.Item name="name" label={t('field.name')} extra={t('hint.name')} rules={[rule(name(service?.name))]}>
        <Input autoFocus />
      </Form.Item>
      <Form.Item label={t('field.region')}>
        <span>{region}</span>
      </Form.Item>
      <Form.Item name="protocol" label={t('field.protocol')}>
        <Radio.Group
          optionType="button"
          options={(['http', 'https', 'both'] as const).map((value) => ({ value, label: t(`protocol.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="description" label={t('field.description')} rules={[rule(longest(1000), false)]}>
        <Input.TextArea placeholder={t('hint.description')} rows={2} />
      </Form.Item>
    </FormDialog>
  );
}
