// SQL, forged log lines and worse in every text of every call: whatever has a place for a text gets
// one that would do harm if it were taken for anything else.

import fc from 'fast-check'
import * as horrors from '../horrors.ts'
import { fitting } from '../made.ts'
import { type JsonSchema, resolve } from '../strict-schema.ts'
import { type Attack, anyone, encoded, ending, json, some, type Target } from './attack.ts'

const harmful = [...horrors.sql, ...horrors.forLogs]
const beforeAt = (text: string) => text.replaceAll(/[^\w.'-]/g, '').slice(0, 40)

export function injectionAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  const calls = contract.operations.filter(
    ({ parameters, body, token, id }) =>
      (parameters.length > 0 || body) && token !== 'operator' && !ending.has(id),
  )
  return fc
    .record({
      operation: some(calls),
      harm: fc.constantFrom(...harmful),
      agent: fc.constantFrom(...horrors.sql),
      as: anyone(target),
    })
    .chain(({ operation, harm, agent, as }) => {
      const schema = operation.body && resolve(operation.body, contract.definitions)
      const body = schema ? harmed(schema, harm, target) : fc.constant(null)
      const inPath = operation.path.replace('{id}', encoded(harm) || 'x')
      const names = operation.parameters.flatMap((one) => (one.in === 'query' ? [one.name] : []))
      const query = names.map((name) => `${name}=${encoded(harm)}`).join('&')
      return body.map(
        (bytes): Attack => ({
          kind: 'injection',
          as: operation.token === 'none' ? null : as,
          call: {
            method: operation.method,
            path: query ? `${inPath}?${query}` : inPath,
            headers: [['user-agent', agent], ...(bytes ? [json] : [])],
            body: bytes,
          },
          expected: { operation, refused: operation.id === 'login' },
        }),
      )
    })
}

/** One of its texts is replaced, an address where one is needed. */
function harmed(schema: JsonSchema, harm: string, { contract }: Target): fc.Arbitrary<Buffer> {
  const { properties = {} } = schema as { properties?: Record<string, JsonSchema> }
  const names = Object.entries(properties).flatMap(([name, part]) =>
    resolve(part, contract.definitions).type === 'string' ? [name] : [],
  )
  const whole = fitting(schema, contract.definitions) as fc.Arbitrary<Record<string, unknown>>
  const value =
    names.length === 0
      ? whole
      : fc.tuple(whole, fc.constantFrom(...names)).map(([value, name]) => ({
          ...value,
          [name]: name === 'email' ? `${beforeAt(harm)}@hostile.example` : harm,
        }))
  return value.map((value) => Buffer.from(JSON.stringify(value)))
}
