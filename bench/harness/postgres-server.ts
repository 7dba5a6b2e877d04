// Starts an installed PostgreSQL with its usual durability, for the room and for Socket.IO.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import { waitUntilListening } from '../../test/harness/ports.ts'
import { findPostgres } from '../../test/harness/stores.ts'

export type PostgresServer = { name: string; url: string; stop(): Promise<void> }

/** Its processes are children of the bench, so their CPU counts as the bench's. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const bin = findPostgres()
  if (bin === undefined) throw new Error('The peers need a PostgreSQL in /usr/lib/postgresql')
  const folder = mkdtempSync(join(tmpdir(), 'edge-chat-bench-postgres-'))
  chmodSync(folder, 0o700)
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: postgresId('-u'), gid: postgresId('-g') } : {}
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const init = ['-D', folder, '-U', 'postgres', '--auth', 'trust', '--encoding', 'UTF8']
  execFileSync(join(bin, 'initdb'), [...init, '--locale', 'C.UTF-8'], { ...user, stdio: 'ignore' })

  const port = await freePort()
  const options = ['-D', folder, '-h', '127.0.0.1', '-p', `${port}`, '-k', folder]
  const server = spawn(join(bin, 'postgres'), options, { ...user, cwd: folder, stdio: 'ignore' })
  const exit = once(server, 'exit')
  process.on('exit', () => server.kill('SIGINT'))
  process.once('SIGTERM', () => process.exit(143))
  await waitUntilListening(port)
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return {
    name: version.trim(),
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT')
      await exit
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function postgresId(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
}
