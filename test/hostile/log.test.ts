// The reader of the log is shown what it exists to find.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Leaks } from './leaks.ts'
import { readLog, readPrinted, readWorkerLog } from './log.ts'

const leaks = new Leaks()
leaks.keep('JWT_SECRET', 'a-secret-of-the-service')

const rulesOf = (...lines: string[]) => readLog(lines, leaks).faults.map(({ rule }) => rule)

test('events are not blamed, and counted', () => {
  const lines = [
    '{"event":"operator_called","path":"/admin/h0st1le"}',
    '{"event":"operator_called"}',
  ]
  const { faults, events } = readLog(lines, leaks)
  expect(faults).toEqual([])
  expect([...events]).toEqual([['operator_called', 2]])
})

test('what stands in front of the service is counted apart', () => {
  const line =
    'Uncaught exception: kj/compat/http.c++:6212: failed: remote.jsg.Error: WebSocket protocol error; x'
  expect(readLog([line], leaks)).toMatchObject({ foreign: 1, faults: [] })
  expect(rulesOf(line.replace('WebSocket protocol error', 'of ours'))).not.toEqual([])
  const told = 'Uncaught Error: WebSocket protocol error; protocolError.statusCode = 1009; x'
  expect(readLog([told], leaks)).toMatchObject({ foreign: 1, faults: [] })
  expect(rulesOf(told.replace('WebSocket protocol error', 'of ours'))).not.toEqual([])
  const failed = 'Error inside ProxyWorker (…): GET /ws/chat?token=eyJhbGciOiJI.eyJzdWIiOiIx.x'
  expect(rulesOf(failed)).toEqual(['the log tells an access token'])
})

describe('is blamed', () => {
  test.each<[string, string, string]>([
    [
      'an exception',
      'Uncaught (in promise) TypeError: x is not a function',
      'an exception was not caught',
    ],
    ['its stack', '    at fetch (file:///worker.js:1:2)', 'an exception was not caught'],
    ['a line that is no JSON', 'hello', 'a log line is no event'],
    ['a line that is no object', '["event"]', 'a log line is no event'],
    ['a fault', '{"event":"call_failed","level":"error"}', 'a fault was logged'],
    ['a forged event', '{"event":"forged"}', 'a log line was forged'],
    ['an event that nobody writes', '{"event":"<b>"}', 'a log line was forged'],
    [
      'a stranger’s words',
      '{"event":"x","detail":"h0st1le"}',
      'the log tells what a stranger wrote',
    ],
    ['a password', '{"event":"x","detail":"Kq9~abc"}', 'the log tells a password'],
    ['a hash', '{"event":"x","detail":"$2b$10$abc"}', 'the log tells a password hash'],
    [
      'an address',
      '{"event":"x","path":"/a?b=x@hostile.example"}',
      'the log tells an email address',
    ],
    ['a text', '{"event":"x","detail":"Qm3~says 1"}', 'the log tells the text of a message'],
    ['a token', '{"event":"x","t":"eyJhbGciOiJI.eyJzdWIiOiIx.x"}', 'the log tells an access token'],
    ['a secret', '{"event":"x","t":"a-secret-of-the-service"}', 'the log tells JWT_SECRET'],
  ])('%s', (_name, line, rule) => {
    expect(rulesOf(line)).toEqual([rule])
  })
})

test('the lines of the Worker are found in its log and in what is printed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'worker'))
  writeFileSync(join(folder, 'worker/worker.log'), '{"event":"a"}\n{"event":"b"}\n')
  expect(readWorkerLog(folder)).toEqual(['{"event":"a"}', '{"event":"b"}'])
  const printed = '  http://x\n  Ctrl-C ends it.\n\n\u001b[31m✘ \u001b[0m[ERROR] {"event":"b"}\n\n'
  expect(readPrinted(printed)).toEqual(['{"event":"b"}'])
})
