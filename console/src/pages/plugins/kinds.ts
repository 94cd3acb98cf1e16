/** The kinds of plugins: where each begins, and which have a form of their own; the others are written as JSON. */
import type { ComponentType } from 'react';
import type { PluginKind, PluginValues } from '@/api/plugins';
import { AddressForm } from './data/address_form';
import { CallLimitForm, callLimitOf, withoutUnset } from './data/call_limit_form';
import { CrossOriginForm, crossOriginData, crossOriginValues } from './data/cross_origin_form';
import { PROTO, ProtoForm } from './data/proto_form';
import { ReplayForm } from './data/replay_form';

export type Data = PluginValues['data'];

/** A form for a kind's data: what its fields hold may be shaped otherwise than what is sent. */
export interface DataForm {
  Fields: ComponentType;
  /** What the fields hold of the data; the data themselves unless said otherwise. */
  toFields?: (data: Data) => Data;
  /** The data of what the fields hold. */
  toData?: (fields: Data, before?: Data) => Data;
}

export interface Kind {
  /** Where a new one begins: data that the gateway takes as they are. */
  template: Data;
  form?: DataForm;
}

/** In the order in which a call meets them. One that is missing is shown all the same, and edited as JSON. */
const KINDS: Partial<Record<PluginKind, Kind>> = {
  address_access: {
    template: { says: 'white', addresses: '' },
    form: { Fields: AddressForm, toData: (fields, before) => ({ ...before, ...fields }) },
  },
  cross_origin: {
    template: {
      origins: 'any',
      methods: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'],
      allow_headers: 'any',
      expose_headers: 'any',
      credentials: false,
      max_age: 600,
    },
    form: { Fields: CrossOriginForm, toFields: crossOriginValues, toData: crossOriginData },
  },
  caller_check: {
    template: {
      function: { name: { namespace: 'default', name: 'check_caller', qualifier: '$LATEST' } },
      memory: 300,
      headers: ['Authorization'],
      queries: [],
      tells_body: false,
    },
  },
  replay_guard: { template: { required: false, memory: 900 }, form: { Fields: ReplayForm } },
  call_limit: {
    template: { window: { unit: 'minute', length: 1 }, api: 1000, application: null, address: null, applications: [], addresses: [] },
    form: { Fields: CallLimitForm, toFields: callLimitOf, toData: withoutUnset },
  },
  parameter_limit: {
    template: {
      overall: { window: { unit: 'second', length: 60 }, calls: 1000 },
      strategies: [
        {
          name: 'per_user',
          weight: 10,
          parameter: { in: 'header', name: 'X-User' },
          limit: { window: { unit: 'second', length: 60 }, calls: 10 },
          condition: null,
        },
      ],
    },
  },
  routing: {
    template: {
      routes: [
        {
          name: 'canary',
          weight: 10,
          condition: 'Random() < 0.05',
          backend: { type: 'http', origin: 'http://127.0.0.1:8000', path: '/', method: 'same' },
        },
      ],
    },
  },
  circuit_breaker: {
    template: {
      failure: 'latency_seconds > 1 or status_code >= 500',
      threshold: 20,
      window: 50,
      open: 60,
      stand_in: { type: 'mock', body: 'busy' },
    },
  },
  request_edit: {
    template: {
      function: { name: { namespace: 'default', name: 'edit_request', qualifier: '$LATEST' } },
      tells_headers: true,
      tells_query: true,
      tells_body: false,
      base64: false,
    },
  },
  answer_cache: {
    template: { parameters: [], methods: ['GET'], statuses: [200], obeys: false, lifetime: 300 },
  },
  transcoding: { template: { proto: PROTO }, form: { Fields: ProtoForm } },
  answer_edit: {
    template: {
      function: { name: { namespace: 'default', name: 'edit_answer', qualifier: '$LATEST' } },
      status: true,
      headers: true,
      body: true,
      base64: false,
    },
  },
};

/** Those of which plugins are made here. */
export const ALL_KINDS = Object.keys(KINDS) as PluginKind[];

export function kindOf(kind: PluginKind): Kind {
  return KINDS[kind] ?? { template: {} };
}
