// Socket.IO in a Node process, with its default options, by its WebSocket transport alone; each
// message is in Postgres before it is emitted.

import type { Subject } from '../subject/subject.ts'
import { startNodeServer } from './node-server.ts'
import type { Postgres } from './postgres.ts'

export function socketIo({ url: databaseUrl, connections }: Postgres): Subject {
  return {
    name: 'Socket.IO + pg',
    dialect: 'socket.io',
    rampFrom: 0.6,
    async start() {
      const { port, pid, stop } = await startNodeServer('socket-io.js', {
        DATABASE_URL: databaseUrl,
        DATABASE_CONNECTIONS: `${connections}`,
      })
      const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
      return { doors: [{ url, subprotocols: [] }], pid, stop }
    },
  }
}
