// What is sent over one socket: scripts of frames, made from the schemas and against the protocol.

import fc from 'fast-check'
import { encodeFrame, opcodes, textFrame } from '../frame-socket.ts'
import * as horrors from '../horrors.ts'
import { almostFitting, fitting, garbage } from '../made.ts'
import type { Target } from './attack.ts'
import { closes, oversize, violations } from './violations.ts'

export type Act = {
  /** On the wire; a pause follows where there is one. */
  bytes: Buffer
  frames: number
  /** Certainly no frame that the room knows: an error must come. */
  bad: boolean
}

export type Script = {
  kind: string
  acts: Act[]
  /** What must become of the socket: within the limits and by the protocol it lives. */
  fate: 'lives' | 'ends' | 'either'
}

const act = (text: string, bad: boolean): Act => ({ bytes: textFrame(text), frames: 1, bad })

/** A frame of the contract, or nearly. */
function spoken({ contract }: Target): fc.Arbitrary<Act> {
  const schemas = [...contract.clientFrames.entries()]
  const fits = fc.oneof(...schemas.map(([, schema]) => fitting(schema, contract.definitions)))
  const almost = fc.oneof(
    ...schemas.map(([, schema]) => almostFitting(schema, contract.definitions)),
  )
  const inner = fc.oneof(
    ...schemas.map(([event, schema]) => {
      const { properties = {} } = schema as { properties?: Record<string, object> }
      return almostFitting({ ...properties.data }, contract.definitions).map(
        ({ text }) => `{"event":${JSON.stringify(event)},"data":${text}}`,
      )
    }),
  )
  return fc.oneof(
    fits.map((frame) => act(JSON.stringify(frame), false)),
    // Without data it counts as one with none.
    almost.map(({ text }) => act(text, false)),
    inner.map((text) => act(text, false)),
  )
}

const nonsense: fc.Arbitrary<Act> = fc.oneof(
  fc
    .constantFrom('', '{', 'null', '[]', '0', '"ping"', '{"event":1}', '{"event":"ping","data":[]}')
    .map((text) => act(text, true)),
  fc
    .constantFrom(...horrors.texts.filter((text) => text.length < 5_000))
    .map((event) => act(JSON.stringify({ event, data: {} }), true)),
  fc.constantFrom(...horrors.prototypes).map((event) => act(JSON.stringify({ event }), true)),
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

const garbled: fc.Arbitrary<Act> = garbage
  .filter((bytes) => bytes.length < 30_000)
  .map((bytes) => act(bytes.toString(), false))

const binary: fc.Arbitrary<Act> = fc
  .oneof(
    garbage.filter((bytes) => bytes.length < 30_000),
    fc.constant(Buffer.from('{"event":"ping","data":{}}')),
  )
  .map((payload) => ({
    bytes: encodeFrame({ opcode: opcodes.binary, payload }),
    frames: 1,
    bad: true,
  }))

/** One text in pieces, with control frames between them, as the protocol allows. */
function inPieces(target: Target): fc.Arbitrary<Act> {
  const text = fc.oneof(
    fc.constant('{"event":"ping","data":{} }'),
    fc
      .constantFrom(...target.contract.clientFrames.values())
      .chain((schema) =>
        fitting(schema, target.contract.definitions).map((frame) => JSON.stringify(frame)),
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

const controls: fc.Arbitrary<Act> = fc
  .constantFrom(
    control(opcodes.ping, ''),
    control(opcodes.ping, 'x'.repeat(125)),
    control(opcodes.pong, 'nobody asked'),
  )
  .map((bytes) => ({ bytes, frames: 1, bad: false }))

const once = (kind: string, bytes: Buffer, fate: Script['fate']): Script => ({
  kind,
  acts: [{ bytes, frames: 1, bad: false }],
  fate,
})

/** Every one of its kind. */
export const brokenOnes: Script[] = [
  ...violations.map((bytes) => once('broken protocol', bytes, 'either')),
  ...closes.map((bytes) => once('strange closes', bytes, 'ends')),
  ...oversize.map((bytes) => once('oversize', bytes, 'ends')),
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
    .map((acts): Script => ({ kind: 'schema and nonsense', acts, fate: 'lives' }))
  const flood = fc
    .tuple(fc.oneof(said, nonsense, binary), fc.integer({ min: 62, max: 400 }))
    .map(
      ([one, times]): Script => ({ kind: 'flood', acts: Array(times).fill(one), fate: 'either' }),
    )
  const typing = fc.integer({ min: 100, max: 400 }).map((times): Script => {
    const one = act('{"event":"typing","data":{}}', false)
    const fate = times <= 280 ? 'lives' : 'either'
    return { kind: 'flood of typing', acts: Array(times).fill(one), fate }
  })
  const few = fc.array(said, { maxLength: 3 })
  const broken = fc.tuple(few, fc.constantFrom(...brokenOnes), few).map(
    ([before, { kind, acts, fate }, after]): Script => ({
      kind,
      acts: [...before, ...acts, ...after],
      fate,
    }),
  )
  return fc.oneof(
    { weight: 12, arbitrary: gentle },
    { weight: 2, arbitrary: flood },
    { weight: 1, arbitrary: typing },
    { weight: 4, arbitrary: broken },
  )
}
