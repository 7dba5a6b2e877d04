// Scripts of frames for one socket: valid and almost valid frames, nonsense, and floods.

import fc from 'fast-check'
import { almostValid, malformedBytes, valid } from '../generated-values.ts'
import * as hostileStrings from '../hostile-strings.ts'
import { encodeFrame, opcodes, textFrame } from '../raw-websocket.ts'
import type { Target } from './attack.ts'
import { closes, oversize, violations } from './protocol-violations.ts'

export type FrameAction = {
  /** The bytes on the wire. */
  bytes: Buffer
  frames: number
  /** Whether the room must answer an error. */
  bad: boolean
}

export type Script = {
  kind: string
  actions: FrameAction[]
  /** The socket stays open if the script keeps the protocol and the limits. */
  expectedEnd: 'open' | 'closed' | 'either'
}

const act = (text: string, bad: boolean): FrameAction => ({
  bytes: textFrame(text),
  frames: 1,
  bad,
})

/** A valid or almost valid frame. */
function spoken({ contract }: Target): fc.Arbitrary<FrameAction> {
  const schemas = [...contract.clientFrames.entries()]
  const fits = fc.oneof(...schemas.map(([, schema]) => valid(schema, contract.definitions)))
  const almost = fc.oneof(...schemas.map(([, schema]) => almostValid(schema, contract.definitions)))
  const inner = fc.oneof(
    ...schemas.map(([event, schema]) => {
      const { properties = {} } = schema as { properties?: Record<string, object> }
      return almostValid({ ...properties.data }, contract.definitions).map(
        ({ text }) => `{"event":${JSON.stringify(event)},"data":${text}}`,
      )
    }),
  )
  return fc.oneof(
    fits.map((frame) => act(JSON.stringify(frame), false)),
    // A frame without `data` counts as one with empty data.
    almost.map(({ text }) => act(text, false)),
    inner.map((text) => act(text, false)),
  )
}

const nonsense: fc.Arbitrary<FrameAction> = fc.oneof(
  fc
    .constantFrom('', '{', 'null', '[]', '0', '"ping"', '{"event":1}', '{"event":"ping","data":[]}')
    .map((text) => act(text, true)),
  fc
    .constantFrom(...hostileStrings.texts.filter((text) => text.length < 5_000))
    .map((event) => act(JSON.stringify({ event, data: {} }), true)),
  fc
    .constantFrom(...hostileStrings.prototypes)
    .map((event) => act(JSON.stringify({ event }), true)),
  fc
    .constantFrom('{"__proto__":{"event":"ping"}}', '{"event":"ping","event":"x","data":{}}')
    .map((text) => act(text, true)),
  fc.constantFrom(10, 1_000, 15_000).map((depth) => act('['.repeat(depth), true)),
  fc
    .constantFrom(10, 1_000, 5_000)
    .map((depth) =>
      act(`{"event":"x","data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth + 1)}`, true),
    ),
)

const garbled: fc.Arbitrary<FrameAction> = malformedBytes
  .filter((bytes) => bytes.length < 30_000)
  .map((bytes) => act(bytes.toString(), false))

const binary: fc.Arbitrary<FrameAction> = fc
  .oneof(
    malformedBytes.filter((bytes) => bytes.length < 30_000),
    fc.constant(Buffer.from('{"event":"ping","data":{}}')),
  )
  .map((payload) => ({
    bytes: encodeFrame({ opcode: opcodes.binary, payload }),
    frames: 1,
    bad: true,
  }))

/** One text in fragments, with control frames between them, as the protocol allows. */
function inPieces(target: Target): fc.Arbitrary<FrameAction> {
  const text = fc.oneof(
    fc.constant('{"event":"ping","data":{} }'),
    fc
      .constantFrom(...target.contract.clientFrames.values())
      .chain((schema) =>
        valid(schema, target.contract.definitions).map((frame) => JSON.stringify(frame)),
      ),
  )
  return fc.tuple(text, fc.integer({ min: 2, max: 12 })).map(([text, pieces]) => {
    const bytes = Buffer.from(text)
    const size = Math.ceil(bytes.length / pieces)
    const parts = Array.from({ length: pieces }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    )
    const frames = parts.flatMap((payload, at) => [
      encodeFrame({
        opcode: at === 0 ? opcodes.text : opcodes.continuation,
        payload,
        fin: at === pieces - 1,
      }),
      ...(at === pieces - 1 ? [] : [control(opcodes.ping, 'between')]),
    ])
    return { bytes: Buffer.concat(frames), frames: 1, bad: false }
  })
}

const control = (opcode: number, text: string) =>
  encodeFrame({ opcode, payload: Buffer.from(text) })

const controls: fc.Arbitrary<FrameAction> = fc
  .constantFrom(
    control(opcodes.ping, ''),
    control(opcodes.ping, 'x'.repeat(125)),
    control(opcodes.pong, 'unrequested'),
  )
  .map((bytes) => ({ bytes, frames: 1, bad: false }))

const once = (kind: string, bytes: Buffer, expectedEnd: Script['expectedEnd']): Script => ({
  kind,
  actions: [{ bytes, frames: 1, bad: false }],
  expectedEnd,
})

/** All scripts that break the protocol. */
export const brokenScripts: Script[] = [
  ...violations.map((bytes) => once('broken protocol', bytes, 'either')),
  ...closes.map((bytes) => once('strange closes', bytes, 'closed')),
  ...oversize.map((bytes) => once('oversize', bytes, 'closed')),
]

export function scripts(target: Target): fc.Arbitrary<Script> {
  const said = spoken(target)
  const kinds = [
    { weight: 4, arbitrary: said },
    nonsense,
    garbled,
    binary,
    inPieces(target),
    controls,
  ]
  const gentle = fc
    .array(fc.oneof(...kinds), { minLength: 3, maxLength: 15 })
    .map((actions): Script => ({ kind: 'schema and nonsense', actions, expectedEnd: 'open' }))
  const flood = fc.tuple(fc.oneof(said, nonsense, binary), fc.integer({ min: 62, max: 400 })).map(
    ([one, times]): Script => ({
      kind: 'flood',
      actions: Array(times).fill(one),
      expectedEnd: 'either',
    }),
  )
  const typing = fc.integer({ min: 100, max: 400 }).map((times): Script => {
    const one = act('{"event":"typing","data":{}}', false)
    const expectedEnd = times <= 280 ? 'open' : 'either'
    return { kind: 'flood of typing', actions: Array(times).fill(one), expectedEnd }
  })
  const few = fc.array(said, { maxLength: 3 })
  const broken = fc.tuple(few, fc.constantFrom(...brokenScripts), few).map(
    ([before, { kind, actions, expectedEnd }, after]): Script => ({
      kind,
      actions: [...before, ...actions, ...after],
      expectedEnd,
    }),
  )
  return fc.oneof(
    { weight: 12, arbitrary: gentle },
    { weight: 2, arbitrary: flood },
    { weight: 1, arbitrary: typing },
    { weight: 4, arbitrary: broken },
  )
}
