// The contract as the running service publishes it: every call and every frame, with checks for the
// answers. It imports nothing from the service.

import { type Check, type Definitions, type JsonSchema, strictCheck } from './strict-schema.ts'

export type Parameter = {
  in: 'path' | 'query' | 'header'
  name: string
  required: boolean
  schema: JsonSchema
}

export type Operation = {
  id: string
  method: string
  /** Its parameters are in braces. */
  path: string
  parameters: Parameter[]
  body: JsonSchema | null
  /** The token that the call needs. */
  token: 'none' | 'optional' | 'member' | 'operator'
  /** Status → content type → check. Without a content type the body is empty. */
  answers: Map<number, Map<string, Check>>
}

export type Contract = {
  definitions: Definitions
  operations: Operation[]
  problem: Check
  /** The schemas of the frames that clients send, by event. */
  clientFrames: Map<string, JsonSchema>
  roomFrames: Map<string, Check>
}

type Content = Record<string, { schema: JsonSchema }>

type OpenApi = {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Definitions; parameters?: Record<string, unknown> }
}

type Described = {
  operationId: string
  parameters?: Partial<Parameter>[]
  requestBody?: { content: Content }
  security?: Record<string, unknown>[]
  responses: Record<string, { content?: Content }>
}

type AsyncApi = {
  operations: Record<'hear' | 'tell', { messages: { $ref: string }[] }>
  components: { messages: Record<string, { payload: JsonSchema }> }
}

export async function readContract(port: number): Promise<Contract> {
  const read = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json()
  return parseContract(
    (await read('/openapi.json')) as OpenApi,
    (await read('/asyncapi.json')) as AsyncApi,
  )
}

export function parseContract(openApi: OpenApi, asyncApi: AsyncApi): Contract {
  const definitions = openApi.components.schemas
  const { Problem } = definitions
  if (!Problem) throw new Error('The document does not say what a problem is')
  const operations = Object.entries(openApi.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, described]) =>
      operationOf(method.toUpperCase(), path, described, definitions),
    ),
  )
  // With the operator's own token the seal would close the room for good, and end the campaign.
  const callable = operations.filter(({ id }) => id !== 'seal')
  const payloads = (direction: 'hear' | 'tell') =>
    asyncApi.operations[direction].messages.flatMap(({ $ref }): [string, JsonSchema][] => {
      const event = $ref.split('/').at(-1) ?? ''
      const payload = asyncApi.components.messages[event]?.payload
      return event === 'batch' || !payload ? [] : [[event, payload]]
    })
  return {
    definitions,
    operations: callable,
    problem: strictCheck(Problem, definitions),
    clientFrames: new Map(payloads('hear')),
    roomFrames: new Map(payloads('tell').map(([event, payload]) => [event, strictCheck(payload)])),
  }
}

function operationOf(
  method: string,
  path: string,
  { operationId, parameters = [], requestBody, security = [], responses }: Described,
  definitions: Definitions,
): Operation {
  const answers = Object.entries(responses).map(([status, { content = {} }]) => {
    const checks = Object.entries(content).map(([type, { schema }]): [string, Check] => [
      type,
      strictCheck(schema, definitions),
    ])
    return [Number(status), new Map(checks)] as const
  })
  return {
    id: operationId,
    method,
    path,
    parameters: parameters.map(({ required = false, ...rest }) => ({
      ...(rest as Omit<Parameter, 'required'>),
      required,
    })),
    body: requestBody?.content['application/json']?.schema ?? null,
    token: tokenOf(security),
    answers: new Map(answers),
  }
}

function tokenOf(security: Record<string, unknown>[]): Operation['token'] {
  if (security.some((scheme) => 'admin' in scheme)) return 'operator'
  if (!security.some((scheme) => 'bearer' in scheme)) return 'none'
  return security.some((scheme) => Object.keys(scheme).length === 0) ? 'optional' : 'member'
}

/** The operation that a path leads to. */
export function operationAt(
  { operations }: Pick<Contract, 'operations'>,
  method: string,
  path: string,
): Operation | null {
  const asked = method === 'HEAD' ? 'GET' : method
  const known = (operation: Operation) =>
    operation.method === asked && patternOf(operation.path).test(path)
  return operations.find(known) ?? null
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
