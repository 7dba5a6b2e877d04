// A whole call, from the wire to the finding: against a server that answers as it likes.

import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Figures } from '../faults/figures.ts'
import { Random } from '../faults/random.ts'
import type { Target } from './attacks/attack.ts'
import { Line } from './exchange.ts'
import { Findings } from './findings.ts'
import { Leaks } from './leaks.ts'
import { People } from './people.ts'
import { Stage } from './stage.ts'
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
  ...{ attackers: [], spares: 0, honest: [], erased: [], theirMessages: () => [] },
  ...{ jwtSecret: '', adminToken: null },
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
let line: Line | undefined
afterEach(() => {
  line?.close()
  server?.close()
})

async function findingsOf(answer: (response: ServerResponse) => void): Promise<string[]> {
  server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  line = new Line(port, 1)
  const people = new People(line)
  const findings = new Findings()
  const parts = { port, line, target, people, findings, figures: new Figures() }
  const stage = new Stage({ ...parts, leaks: new Leaks(), random: new Random(1) })
  await stage.ask('a test', 'GET', '/health')
  expect(stage.requests).toBe(1)
  return findings.all().map(({ rule }) => rule)
}

test('an answer that keeps the contract is no finding', async () => {
  expect(await findingsOf((response) => response.writeHead(200, headers).end('{}'))).toEqual([])
})

test('a 500 is one', async () => {
  const answer = (response: ServerResponse) => response.writeHead(500, headers).end('{}')
  expect(await findingsOf(answer)).toContain('it answers 500')
})

test('no answer is one', async () => {
  expect(await findingsOf((response) => response.destroy())).toEqual(['there is no answer'])
})

test('what an answer takes over from the attack is one', async () => {
  const answer = (response: ServerResponse) =>
    response.writeHead(200, headers).end('{"revision":1000000}')
  expect(await findingsOf(answer)).toEqual(['it took what only the service may set'])
})
