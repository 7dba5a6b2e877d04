// The package ws in a Node process: a broadcast of the same texts, and nothing else.

import type { Subject } from '../subject/subject.ts'
import { startNodeServer } from './node-server.ts'

export function bareWs(): Subject {
  return {
    name: 'ws',
    dialect: 'bare',
    rampFrom: 1,
    async start() {
      const { port, pid, stop } = await startNodeServer('ws.js', {})
      return { doors: [{ url: `ws://127.0.0.1:${port}`, subprotocols: [] }], pid, stop }
    },
  }
}
