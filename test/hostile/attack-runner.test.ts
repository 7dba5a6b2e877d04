// A call from the wire to the finding, against a stand-in for the server.

import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import { Accounts } from './accounts.ts'
import { AttackRunner } from './attack-runner.ts'
import type { Target } from './attacks/attack.ts'
import { Findings } from './findings.ts'
import { LeakDetector } from './leak-detector.ts'
import { emptyCast } from './moderation-cast.ts'
import { RawHttpClient } from './raw-http-client.ts'
import { strictCheck } from './strict-schema.ts'

const target: Target = {
  contract: {
    definitions: {},
    operations: [
      {
        ...{ id: 'health', method: 'GET', path: '/health', parameters: [], body: null },
        ...{
          token: 'none',
          answers: new Map([[200, new Map([['application/json', () => null]])]]),
        },
      },
    ],
    problem: strictCheck({ type: 'object' }),
    clientFrames: new Map(),
    roomFrames: new Map([['pong', strictCheck({ type: 'object' })]]),
  },
  ...{ attackers: [], spares: 0, wellBehaved: [], erased: [], cast: emptyCast },
  ...{ messageIds: () => [], reportIds: () => [] },
  ...{ jwtSecret: '', adminToken: '' },
}
const headers = {
  'content-type': 'application/json',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "frame-ancestors 'none'",
  'permissions-policy': 'camera=()',
  'cache-control': 'no-store',
}

let server: Server | undefined
let http: RawHttpClient | undefined
afterEach(() => {
  http?.close()
  server?.close()
})

async function findingsOf(answer: (response: ServerResponse) => void): Promise<string[]> {
  server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  http = new RawHttpClient(port, 1)
  const accounts = new Accounts(http)
  const findings = new Findings()
  const parts = { port, http, target, accounts, findings, metrics: new Metrics() }
  const runner = new AttackRunner({ ...parts, leaks: new LeakDetector(), random: new Random(1) })
  await runner.ask('a test', 'GET', '/health')
  expect(runner.requests).toBe(1)
  return findings.all().map(({ rule }) => rule)
}

test('an answer that keeps the contract gives no finding', async () => {
  expect(await findingsOf((response) => response.writeHead(200, headers).end('{}'))).toEqual([])
})

test('a 500 gives a finding', async () => {
  const answer = (response: ServerResponse) => response.writeHead(500, headers).end('{}')
  expect(await findingsOf(answer)).toContain('it answers 500')
})

test('a missing answer gives a finding', async () => {
  expect(await findingsOf((response) => response.destroy())).toEqual(['there is no answer'])
})

test('an accepted privilege gives a finding', async () => {
  const answer = (response: ServerResponse) =>
    response.writeHead(200, headers).end('{"revision":1000000}')
  expect(await findingsOf(answer)).toEqual(['it accepted what only the service may set'])
})
