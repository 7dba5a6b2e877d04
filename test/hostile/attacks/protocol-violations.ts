// Frames that break the WebSocket protocol, or the size limit of the room.

import { markers } from '../leak-detector.ts'
import { encodeFrame, opcodes, textFrame } from '../raw-websocket.ts'

const closing = (code: number, reason: Buffer) => {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return encodeFrame({ opcode: opcodes.close, payload: Buffer.concat([head, reason]) })
}

const text = (bytes: Buffer | string, more: object = {}) =>
  encodeFrame({ opcode: opcodes.text, payload: Buffer.from(bytes), ...more })

export const violations: Buffer[] = [
  text('{}', { masked: false }),
  text('{}', { reserved: 4 }),
  text('{}', { reserved: 7 }),
  encodeFrame({ opcode: 3, payload: Buffer.from('x') }),
  encodeFrame({ opcode: 11, payload: Buffer.from('x') }),
  encodeFrame({ opcode: opcodes.continuation, payload: Buffer.from('of nothing') }),
  Buffer.concat([text('begun', { fin: false }), text('another')]),
  encodeFrame({ opcode: opcodes.ping, payload: Buffer.alloc(126) }),
  encodeFrame({ opcode: opcodes.ping, payload: Buffer.from('x'), fin: false }),
  text(Buffer.from([0xff, 0xfe, 0xfd])),
  text(Buffer.from([0xed, 0xa0, 0x80])),
  text(Buffer.from('{"event":"ping","data":{"x":"\xc0\x80"}}', 'latin1')),
  text('x', { length: 2 ** 40 }),
  text('x', { length: 2 ** 31 }),
  Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from('GET /health HTTP/1.1\r\n\r\n'),
  Buffer.alloc(2_000, 0x41),
]

/** Close frames with a wrong code or reason, or with frames after them. They must be answered. */
export const closes: Buffer[] = [
  closing(999, Buffer.alloc(0)),
  closing(1004, Buffer.alloc(0)),
  closing(2_999, Buffer.alloc(0)),
  closing(5_000, Buffer.alloc(0)),
  closing(1005, Buffer.alloc(0)),
  closing(1006, Buffer.alloc(0)),
  closing(1015, Buffer.alloc(0)),
  closing(0, Buffer.alloc(0)),
  closing(65_535, Buffer.alloc(0)),
  closing(4_999, Buffer.from(`${markers.attack} bye`)),
  closing(1000, Buffer.from([0xff, 0xff])),
  closing(1000, Buffer.alloc(123, 0x61)),
  encodeFrame({ opcode: opcodes.close, payload: Buffer.from([0x03]) }),
  Buffer.concat([closing(1000, Buffer.alloc(0)), text('{"event":"typing","data":{}}')]),
]

const large = (bytes: number) =>
  `{"event":"send_message","data":{"content":"${markers.attack}${'x'.repeat(bytes)}"}}`

export const oversize: Buffer[] = [
  textFrame(large(32 * 1024)),
  textFrame(large(200_000)),
  textFrame(large(1_200_000)),
  encodeFrame({ opcode: opcodes.binary, payload: Buffer.alloc(40_000) }),
  Buffer.concat([
    text(large(20_000), { fin: false }),
    encodeFrame({ opcode: opcodes.continuation, payload: Buffer.alloc(20_000, 0x78) }),
  ]),
]
