// Bodies in encodings that nobody asked for, of kinds that are no JSON, and too large.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { marks } from '../leaks.ts'
import { type Attack, anyone, ending, plainBody, some, type Target } from './attack.ts'

type Header = [string, string]

/** How a body is sent that would fit if it were sent as it should be. */
type Dress = {
  name: string
  headers: Header[]
  of: (plain: Buffer) => Buffer
  statuses: readonly number[]
}

/** Refused as what cannot be read. A call may be limited before that. */
const unread = [400, 422, 429]
/** Sent in a doubtful way, which may be taken as the right one. */
const doubtful = [200, 201, 204, 400, 401, 403, 404, 409, 422, 429]
const tooLarge = [413, 429]

const type = (value: string): Header[] => [['content-type', value]]
const json = type('application/json')
const anId = '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11'
const mark = Buffer.from([0xef, 0xbb, 0xbf])
const tight = gzipSync(Buffer.alloc(20_000_000, ' '))
const large = (bytes: number) =>
  Buffer.from(`{"content":"${marks.attack}","filler":"${'x'.repeat(bytes)}"}`)
const utf16 = (plain: Buffer) => Buffer.from(plain.toString(), 'utf16le')
const around = (bytes: number[]) =>
  Buffer.concat([Buffer.from('{"content":"'), Buffer.from(bytes), Buffer.from('"}')])

function dress(
  name: string,
  headers: Header[],
  of: Dress['of'] = (plain) => plain,
  statuses: readonly number[] = unread,
): Dress {
  return { name, headers, of, statuses }
}

const dresses: Dress[] = [
  dress('gzip', [...json, ['content-encoding', 'gzip']], (plain) => gzipSync(plain)),
  dress('deflate', [...json, ['content-encoding', 'deflate']], (plain) => deflateSync(plain)),
  dress('br', [...json, ['content-encoding', 'br']], (plain) => brotliCompressSync(plain)),
  dress('a gzip bomb', [...json, ['content-encoding', 'gzip']], () => tight),
  dress('utf-16', type('application/json; charset=utf-16'), utf16),
  dress('utf-16, not said', json, utf16),
  dress('utf-16 with a mark', json, (plain) => Buffer.from(`\ufeff${plain}`, 'utf16le')),
  dress('utf-16be', json, (plain) => utf16(plain).swap16()),
  dress('latin-1', type('application/json; charset=iso-8859-1'), (plain) =>
    Buffer.from(plain.toString(), 'latin1'),
  ),
  dress('utf-7', type('application/json; charset=utf-7')),
  dress(
    'two charsets',
    type('application/json; charset=utf-8; charset=utf-16'),
    undefined,
    doubtful,
  ),
  dress('two marks', json, (plain) => Buffer.concat([mark, mark, plain])),
  dress('invalid utf-8', json, () => around([0xe2, 0x28, 0xa1])),
  dress('a surrogate in utf-8', json, () => around([0xed, 0xa0, 0x80])),
  dress('no type', []),
  dress('text', type('text/plain')),
  dress('a form', type('application/x-www-form-urlencoded'), () =>
    Buffer.from('content=x&email=y'),
  ),
  dress('parts', type('multipart/form-data; boundary=x'), () => Buffer.from('--x\r\n\r\n--x--')),
  dress('xml', type('application/xml'), () =>
    Buffer.from('<!DOCTYPE a [<!ENTITY b SYSTEM "x">]><a>&b;</a>'),
  ),
  dress('two types', [...json, ...type('text/plain')], undefined, doubtful),
  dress('nothing', json, () => Buffer.alloc(0)),
  dress('64 KiB and more', json, () => large(65_536), tooLarge),
  dress('a megabyte', json, () => large(1_000_000), tooLarge),
  dress(
    'a megabyte in chunks',
    [...json, ['transfer-encoding', 'chunked']],
    () => large(1_000_000),
    tooLarge,
  ),
]

export function bodyAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  const operations = contract.operations.filter(
    ({ body, token, id }) => body !== null && token !== 'operator' && !ending.has(id),
  )
  return fc
    .record({
      operation: some(operations),
      as: anyone(target),
      dress: fc.constantFrom(...dresses),
    })
    .chain(({ operation, as, dress: { name, headers, of, statuses } }) =>
      plainBody(operation, contract).map(
        (plain): Attack => ({
          kind: `body: ${name}`,
          as: operation.token === 'none' ? null : as,
          call: {
            method: operation.method,
            path: operation.path.replace('{id}', anId),
            headers,
            body: of(plain ?? Buffer.from('{}')),
          },
          expected: { operation, statuses },
        }),
      ),
    )
}
