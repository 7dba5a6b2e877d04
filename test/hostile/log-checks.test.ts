// Each check of the log must find what it exists to find.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LeakDetector } from './leak-detector.ts'
import { readLog, readPrinted, readWorkerLog } from './log-checks.ts'

const leaks = new LeakDetector()
leaks.addSecret('JWT_SECRET', 'a-secret-of-the-service')

const rulesOf = (...lines: string[]) => readLog(lines, leaks).faults.map(({ rule }) => rule)

test('events are counted and give no violation', () => {
  const lines = [
    '{"event":"operator_called","path":"/admin/h0st1le"}',
    '{"event":"operator_called"}',
  ]
  const { faults, events } = readLog(lines, leaks)
  expect(faults).toEqual([])
  expect([...events]).toEqual([['operator_called', 2]])
})

test('lines of the front server are counted separately', () => {
  const line =
    'Uncaught exception: kj/compat/http.c++:6212: failed: remote.jsg.Error: WebSocket protocol error; x'
  expect(readLog([line], leaks)).toMatchObject({ foreign: 1, faults: [] })
  expect(rulesOf(line.replace('WebSocket protocol error', 'of the service'))).not.toEqual([])
  const tooLarge = 'Uncaught Error: WebSocket protocol error; protocolError.statusCode = 1009; x'
  expect(readLog([tooLarge], leaks)).toMatchObject({ foreign: 1, faults: [] })
  expect(rulesOf(tooLarge.replace('WebSocket protocol error', 'of the service'))).not.toEqual([])
  const failed = 'Error inside ProxyWorker (…): GET /ws/chat?token=eyJhbGciOiJI.eyJzdWIiOiIx.x'
  expect(rulesOf(failed)).toEqual(['the log leaks an access token'])
})

describe('is wrong with', () => {
  test.each<[string, string, string]>([
    [
      'an exception',
      'Uncaught (in promise) TypeError: x is not a function',
      'an exception was not caught',
    ],
    ['its stack', '    at fetch (file:///worker.js:1:2)', 'an exception was not caught'],
    ['a line that is not JSON', 'hello', 'a log line is not an event'],
    ['a line that is not an object', '["event"]', 'a log line is not an event'],
    ['an error', '{"event":"call_failed","level":"error"}', 'an error was logged'],
    ['a forged event', '{"event":"forged"}', 'a log line was forged'],
    ['an unknown event', '{"event":"<b>"}', 'a log line was forged'],
    [
      'text of an attacker',
      '{"event":"x","detail":"h0st1le"}',
      'the log contains text of an attacker',
    ],
    ['a password', '{"event":"x","detail":"Kq9~abc"}', 'the log leaks a password'],
    ['a hash', '{"event":"x","detail":"$2b$10$abc"}', 'the log leaks a password hash'],
    [
      'an address',
      '{"event":"x","path":"/a?b=x@hostile.example"}',
      'the log leaks an email address',
    ],
    ['a text', '{"event":"x","detail":"Qm3~text 1"}', 'the log leaks the text of a message'],
    ['a name', '{"event":"x","detail":"of hostile-12-0a1b2c."}', 'the log leaks a name'],
    ['a term', '{"event":"x","detail":"*zq7trm1*"}', 'the log leaks a term of the word list'],
    ['a reason', '{"event":"x","detail":"Rk4~reason 1"}', 'the log leaks a reason'],
    ['the reason of a report', '{"event":"x","detail":"Vw8~report 1"}', 'the log leaks a reason'],
    ['a token', '{"event":"x","t":"eyJhbGciOiJI.eyJzdWIiOiIx.x"}', 'the log leaks an access token'],
    ['a secret', '{"event":"x","t":"a-secret-of-the-service"}', 'the log leaks JWT_SECRET'],
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
