// Bodies in unexpected encodings, of other types than JSON, and too large ones.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Header } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import { type Attack, anyone, attackOn, logouts, plainBody, some, type Target } from './attack.ts'

/** A wrong way to send a valid body. */
type BodyEncoding = {
  name: string
  headers: Header[]
  of: (plain: Buffer) => Buffer
  statuses: readonly number[]
}

/** The body cannot be read, or the rate limit comes first. */
const unread = [400, 422, 429]
/** The body may be read or refused. */
const doubtful = [200, 201, 204, 400, 401, 403, 404, 409, 422, 429]
const tooLarge = [413, 429]

const type = (value: string): Header[] => [['content-type', value]]
const json = type('application/json')
const mark = Buffer.from([0xef, 0xbb, 0xbf])
const tight = gzipSync(Buffer.alloc(20_000_000, ' '))
const large = (bytes: number) =>
  Buffer.from(`{"content":"${markers.attack}","filler":"${'x'.repeat(bytes)}"}`)
const utf16 = (plain: Buffer) => Buffer.from(plain.toString(), 'utf16le')
const around = (bytes: number[]) =>
  Buffer.concat([Buffer.from('{"content":"'), Buffer.from(bytes), Buffer.from('"}')])

function encoding(
  name: string,
  headers: Header[],
  of: BodyEncoding['of'] = (plain) => plain,
  statuses: readonly number[] = unread,
): BodyEncoding {
  return { name, headers, of, statuses }
}

const bodyEncodings: BodyEncoding[] = [
  encoding('gzip', [...json, ['content-encoding', 'gzip']], (plain) => gzipSync(plain)),
  encoding('deflate', [...json, ['content-encoding', 'deflate']], (plain) => deflateSync(plain)),
  encoding('br', [...json, ['content-encoding', 'br']], (plain) => brotliCompressSync(plain)),
  encoding('a gzip bomb', [...json, ['content-encoding', 'gzip']], () => tight),
  encoding('utf-16', type('application/json; charset=utf-16'), utf16),
  encoding('utf-16, not said', json, utf16),
  encoding('utf-16 with a mark', json, (plain) => Buffer.from(`\ufeff${plain}`, 'utf16le')),
  encoding('utf-16be', json, (plain) => utf16(plain).swap16()),
  encoding('latin-1', type('application/json; charset=iso-8859-1'), (plain) =>
    Buffer.from(plain.toString(), 'latin1'),
  ),
  encoding('utf-7', type('application/json; charset=utf-7')),
  encoding(
    'two charsets',
    type('application/json; charset=utf-8; charset=utf-16'),
    undefined,
    doubtful,
  ),
  encoding('two marks', json, (plain) => Buffer.concat([mark, mark, plain])),
  encoding('invalid utf-8', json, () => around([0xe2, 0x28, 0xa1])),
  encoding('a surrogate in utf-8', json, () => around([0xed, 0xa0, 0x80])),
  encoding('no type', []),
  encoding('text', type('text/plain')),
  encoding('a form', type('application/x-www-form-urlencoded'), () =>
    Buffer.from('content=x&email=y'),
  ),
  encoding('parts', type('multipart/form-data; boundary=x'), () => Buffer.from('--x\r\n\r\n--x--')),
  encoding('xml', type('application/xml'), () =>
    Buffer.from('<!DOCTYPE a [<!ENTITY b SYSTEM "x">]><a>&b;</a>'),
  ),
  encoding('two types', [...json, ...type('text/plain')], undefined, doubtful),
  encoding('nothing', json, () => Buffer.alloc(0)),
  encoding('64 KiB and more', json, () => large(65_536), tooLarge),
  encoding('a megabyte', json, () => large(1_000_000), tooLarge),
  encoding(
    'a megabyte in chunks',
    [...json, ['transfer-encoding', 'chunked']],
    () => large(1_000_000),
    tooLarge,
  ),
]

export function bodyAttacks(target: Target): fc.Arbitrary<Attack> {
  const { contract } = target
  const operations = contract.operations.filter(
    ({ body, token, id }) => body !== null && token !== 'operator' && !logouts.has(id),
  )
  return fc
    .record({
      operation: some(operations),
      as: anyone(target),
      encoding: fc.constantFrom(...bodyEncodings),
    })
    .chain(({ operation, as, encoding: { name, headers, of, statuses } }) =>
      plainBody(operation, contract).map(
        (plain): Attack =>
          attackOn(operation, {
            kind: `body: ${name}`,
            as: operation.token === 'none' ? null : as,
            body: of(plain ?? Buffer.from('{}')),
            ...{ headers, statuses },
          }),
      ),
    )
}
