// The Postgres that the room and Socket.IO share: the server that BENCH_DATABASE_URL names, else an
// installed one, started for the bench, else PGlite, which has one connection.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { freePort } from '../../local/ports.ts'
import { untilListening } from '../../test/faults/ports.ts'
import { findPostgres } from '../../test/faults/servers.ts'

export type Postgres = {
  name: string
  url: string
  /** How many a peer may open. */
  connections: number
  stop(): Promise<void>
}

/** The default of `pg`. */
const poolSize = 10

export async function openPostgres(): Promise<Postgres> {
  const { BENCH_DATABASE_URL: url } = process.env
  if (url)
    return { name: new URL(url).host, url, connections: poolSize, stop: () => Promise.resolve() }
  const bin = findPostgres()
  return bin ? startServer(bin) : startEmbedded()
}

/** Its processes are children of the bench, so that their CPU is known to be the bench's. */
async function startServer(bin: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-chat-bench-postgres-'))
  chmodSync(folder, 0o700)
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid)
  const init = ['-D', folder, '-U', 'postgres', '--auth', 'trust', '--encoding', 'UTF8']
  execFileSync(join(bin, 'initdb'), [...init, '--locale', 'C'], { ...as, stdio: 'ignore' })

  const port = await freePort()
  const options = ['-D', folder, '-h', '127.0.0.1', '-p', `${port}`, '-k', folder]
  const server = spawn(join(bin, 'postgres'), options, { ...as, cwd: folder, stdio: 'ignore' })
  const exit = once(server, 'exit')
  // However the bench ends, the server ends with it.
  process.on('exit', () => server.kill('SIGINT'))
  process.once('SIGTERM', () => process.exit(143))
  await untilListening(port)
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return {
    name: `${version.trim()}, started for the bench`,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    connections: poolSize,
    async stop() {
      server.kill('SIGINT')
      await exit
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
}

async function startEmbedded(): Promise<Postgres> {
  const database = await PGlite.create('memory://')
  const socket = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0 })
  await socket.start()
  return {
    name: 'embedded (PGlite, one connection)',
    url: `postgres://postgres@${socket.getServerConn()}/postgres`,
    connections: 1,
    async stop() {
      await socket.stop()
      await database.close()
    },
  }
}
