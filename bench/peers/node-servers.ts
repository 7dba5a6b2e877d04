// Peers that are Node processes: Socket.IO with a Postgres insert before each emit, and bare `ws`.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RunningSubject, Subject } from './subject.ts'

export function socketIo(databaseUrl: string): Subject {
  return {
    name: 'Socket.IO + pg',
    dialect: 'socket.io',
    searchFrom: 0.6,
    start: () =>
      startServer('socket-io-server.js', '/socket.io/?EIO=4&transport=websocket', databaseUrl),
  }
}

export function bareWs(): Subject {
  return { name: 'ws', dialect: 'bare', searchFrom: 1, start: () => startServer('ws-server.js') }
}

/** @param file reports its port when it listens */
async function startServer(file: string, path = '', databaseUrl = ''): Promise<RunningSubject> {
  const child = fork(join(import.meta.dirname, file), {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    execArgv: [],
  })
  const exit = once(child, 'exit')
  const ended = exit.then(([code]) => {
    throw new Error(`${file} ended with ${code}. Run \`npm ci\` in bench/ first.`)
  })
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number]
  ended.catch(() => {})
  return {
    endpoints: [{ url: `ws://127.0.0.1:${port}${path}`, subprotocols: [] }],
    pid: child.pid ?? 0,
    async stop() {
      child.kill()
      await exit
    },
  }
}
