// Hostile strings, such as SQL and forged log lines, in every text of every call.

import fc from 'fast-check'
import { valid } from '../generated-values.ts'
import * as hostileStrings from '../hostile-strings.ts'
import { jsonHeader } from '../http-call.ts'
import { type JsonSchema, resolve } from '../strict-schema.ts'
import {
  type Attack,
  anyone,
  attackOn,
  encoded,
  fillPath,
  logouts,
  some,
  type Target,
} from './attack.ts'

const harmfulStrings = [...hostileStrings.sql, ...hostileStrings.forLogs]
const beforeAt = (text: string) => text.replaceAll(/[^\w.'-]/g, '').slice(0, 40)

export function injectionAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  const calls = contract.operations.filter(
    ({ parameters, body, token, id }) =>
      (parameters.length > 0 || body) && token !== 'operator' && !logouts.has(id),
  )
  return fc
    .record({
      operation: some(calls),
      harm: fc.constantFrom(...harmfulStrings),
      agent: fc.constantFrom(...hostileStrings.sql),
      as: anyone(target),
    })
    .chain(({ operation, harm, agent, as }) => {
      const schema = operation.body && resolve(operation.body, contract.definitions)
      const body = schema ? bodyWithHarm(schema, harm, target) : fc.constant(null)
      const inPath = fillPath(operation.path, encoded(harm) || 'x')
      const names = operation.parameters.flatMap((one) => (one.in === 'query' ? [one.name] : []))
      const query = names.map((name) => `${name}=${encoded(harm)}`).join('&')
      return body.map(
        (bytes): Attack =>
          attackOn(operation, {
            kind: 'injection',
            as: operation.token === 'none' ? null : as,
            path: query ? `${inPath}?${query}` : inPath,
            headers: [['user-agent', agent], ...(bytes ? [jsonHeader] : [])],
            body: bytes,
            refused: operation.id === 'login',
          }),
      )
    })
}

/** A valid body in which one text is hostile. */
function bodyWithHarm(
  schema: JsonSchema,
  harm: string,
  { contract }: Target,
): fc.Arbitrary<Buffer> {
  const { properties = {} } = schema as { properties?: Record<string, JsonSchema> }
  const names = Object.entries(properties).flatMap(([name, part]) =>
    resolve(part, contract.definitions).type === 'string' ? [name] : [],
  )
  const whole = valid(schema, contract.definitions) as fc.Arbitrary<Record<string, unknown>>
  const value =
    names.length === 0
      ? whole
      : fc.tuple(whole, fc.constantFrom(...names)).map(([value, name]) => ({
          ...value,
          [name]: name === 'email' ? `${beforeAt(harm)}@hostile.example` : harm,
        }))
  return value.map((value) => Buffer.from(JSON.stringify(value)))
}
