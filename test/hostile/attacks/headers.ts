// Headers with foreign origins, forged cookies, addresses and hosts, very many, and very long ones.

import fc from 'fast-check'
import * as hostileStrings from '../hostile-strings.ts'
import { type Header, jsonHeader } from '../http-call.ts'
import { type Attack, anyone, attackOn, plainBody, some, type Target } from './attack.ts'

/** Replaces what node:http does not send. */
const sendable = (text: string) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')

const hostileString = fc.constantFrom(
  ...hostileStrings.texts.map((text) => sendable(text).slice(0, 6_000)),
)

const header: fc.Arbitrary<Header> = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...['user-agent', 'idempotency-key', 'cookie', 'referer', 'accept', 'accept-language'],
      ...['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'forwarded'],
      ...['x-forwarded-proto', 'x-forwarded-host', 'if-none-match', 'range', 'authorization'],
      ...[
        'sec-websocket-protocol',
        'x-edge-chat-admission',
        'cf-ray',
        'cf-worker',
        'content-language',
      ],
    ),
    hostileString,
  ),
  fc.constantFrom<Header>(
    ['cookie', '__Host-refresh=x; __Host-refresh=y'],
    ['cookie', `a=${'b'.repeat(7_000)}`],
    ['cookie', ';;;=;=;__proto__=1'],
    ['x-forwarded-for', '127.0.0.1, ::1'],
    ['cf-connecting-ip', '203.0.113.7'],
    ['cf-connecting-ip', "1.2.3.4'; drop table users; --"],
    ['range', 'bytes=0-0,1-1,2-2'],
    ['if-modified-since', 'never'],
    ['upgrade', 'h2c'],
    ['x-http-method-override', 'DELETE'],
    ['accept-encoding', 'gzip;q=1.0, *;q=0'],
    ['accept', 'application/xml'],
    ['sec-fetch-site', 'cross-site'],
    ['access-control-request-method', 'DELETE'],
    ['cache-control', 'only-if-cached'],
  ),
)

export function headerAttacks(target: Target): fc.Arbitrary<Attack> {
  return fc.oneof(odd(target), many(target), origins(target))
}

function odd(target: Target): fc.Arbitrary<Attack> {
  return ofAnyCall(target, fc.array(header, { minLength: 1, maxLength: 4 }), 'headers: odd')
}

function many(target: Target): fc.Arbitrary<Attack> {
  const lots = fc.constantFrom<Header[]>(
    Array.from({ length: 60 }, (_, at): Header => [`x-${at}`, 'y'.repeat(80)]),
    Array.from({ length: 60 }, (): Header => ['accept', '*/*']),
    [['x-long', 'z'.repeat(7_000)]],
  )
  return ofAnyCall(target, lots, 'headers: many')
}

/** A page of a foreign origin may neither change anything nor read an answer. */
function origins(target: Target): fc.Arbitrary<Attack> {
  const origin = fc
    .constantFrom(...hostileStrings.foreignOrigins)
    .map((value): Header[] => [['origin', value]])
  return ofAnyCall(target, origin, 'headers: a foreign origin').map((attack) => ({
    ...attack,
    expected: { ...attack.expected, ...(attack.call.method !== 'GET' && { statuses: [403] }) },
  }))
}

function ofAnyCall(
  target: Target,
  headers: fc.Arbitrary<Header[]>,
  kind: string,
): fc.Arbitrary<Attack> {
  const { contract } = target
  const calm = contract.operations.filter(
    ({ id, token }) => token !== 'operator' && !['register', 'logout', 'logoutAll'].includes(id),
  )
  return fc
    .record({ operation: some(calm), headers, as: anyone(target) })
    .chain(({ operation, headers, as }) =>
      plainBody(operation, contract).map((body): Attack => {
        const names = new Set(headers.map(([name]) => name))
        const own = operation.token === 'none' || names.has('authorization') ? null : as
        const all = [...(body ? [jsonHeader] : []), ...headers]
        return attackOn(operation, { kind, as: own, headers: all, body })
      }),
    )
}
