import { expect, test } from 'vitest'
import { redact } from '../../local/redact.ts'

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl'

test.each([
  [
    `GET http://localhost/ws/chat?token=${token} (failed)`,
    'GET http://localhost/ws/chat?… (failed)',
  ],
  ['GET /ws/chat?ticket=abc&x=1 101', 'GET /ws/chat?… 101'],
  [`{"path":"/ws/chat?%74oken=${token}","n":1}`, '{"path":"/ws/chat?…","n":1}'],
  [`Sec-WebSocket-Protocol: chat.v1, bearer.${token}`, 'Sec-WebSocket-Protocol: chat.v1, bearer.…'],
  ['wss://a.example/?', 'wss://a.example/?…'],
])('%s loses what may open something', (line, redacted) => {
  expect(redact(line)).toBe(redacted)
})

test.each(['{"event":"a","detail":"Who?"}', 'What is it? http://localhost/docs', ''])(
  '%j stays as it is',
  (line) => expect(redact(line)).toBe(line),
)
