/** The file that says how calls become calls of gRPC. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** Where a new one begins: a service with one method, which a GET calls. */
export const PROTO = `syntax = "proto3";

package helloworld;

import "google/api/annotations.proto";

service Greeter {
  rpc SayHello (HelloRequest) returns (HelloReply) {
    option (google.api.http) = {
      get: "/v1/hello/{name}"
    };
  }
}

message HelloRequest {
  string name = 1;
}

message HelloReply {
  string message = 1;
}
`;

export function ProtoForm() {
  const { t } = useTranslation(['plugins', 'rules']);
  return (
    <Form.Item
      name={['data', 'proto']}
      label={t('proto.label')}
      extra={t('proto.hint')}
      rules={[{ required: true, message: t('rules:empty') }]}
    >
      <Input.TextArea className="mono" rows={18} spellCheck={false} />
    </Form.Item>
  );
}
