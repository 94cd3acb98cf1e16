/** An API's definition, as the gateway tells it. */
import type { Api } from './apis';

export type Definition = Api['definition'];
export type Backend = Definition['backend'];
export type Parameter = NonNullable<Definition['parameters']>[number];
export type Mapping = NonNullable<Definition['mappings']>[number];
export type Constant = NonNullable<Definition['constants']>[number];
