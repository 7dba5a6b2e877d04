// Opens Postgres: embedded (PGlite: one session, one request at a time) or a server (a small pool). It
// lends sessions, and resets each one after its use.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import { Refusal, reasonOf } from './refusal.ts'

export type Session = pg.PoolClient

export interface Postgres {
  /** For people; never holds a password. */
  name: string
  use<T>(work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export type PostgresPlace = { url: string } | { dataDir: string } | { memory: true }

const poolSize = 8
/** Part of the name that Postgres gives to a socket; no port is opened. */
const port = 5432
const socketName = `.s.PGSQL.${port}`
/** The longest path of a socket, in bytes, on every system. */
const socketPathMax = 103
const connectTimeoutMs = 3_000

export async function openPostgres(place: PostgresPlace): Promise<Postgres> {
  if ('url' in place) return openServer(place.url)
  return openEmbedded('dataDir' in place ? place.dataDir : undefined)
}

async function openServer(url: string): Promise<Postgres> {
  const { hostname, port, pathname } = new URL(url)
  const name = `${hostname}:${port || 5432}${pathname}`
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
  })
  const postgres = lendSessions(pool, name)
  try {
    await postgres.use((session) => session.query('SELECT 1'))
  } catch (error) {
    await postgres.close()
    throw new Refusal(`Postgres at ${name} cannot be used: ${reasonOf(error)}`)
  }
  return postgres
}

async function openEmbedded(dataDir: string | undefined): Promise<Postgres> {
  const database = await createEmbedded(dataDir)
  const folder = await makeSocketFolder(dataDir)
  // Only one connection, because all of them would share the one session of PGlite.
  const socket = new PGLiteSocketServer({ db: database, path: join(folder, socketName) })
  await socket.start()
  const pool = new pg.Pool({
    host: folder,
    port,
    user: 'postgres',
    database: 'postgres',
    // The environment may request TLS for another server.
    ssl: false,
    sslnegotiation: 'postgres',
    max: 1,
    idleTimeoutMillis: 0,
  })
  const postgres = lendSessions(pool, dataDir ? `embedded (PGlite), in ${dataDir}` : 'in memory')
  return {
    ...postgres,
    async close() {
      await postgres.close()
      await socket.stop()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** For the search: a server has them already. */
const extensions = { pg_trgm }

async function createEmbedded(dataDir: string | undefined): Promise<PGlite> {
  if (!dataDir) return PGlite.create('memory://', { extensions })
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return await PGlite.create(dataDir, { extensions })
  } catch (error) {
    throw new Refusal(`The Postgres data in ${dataDir} cannot be opened: ${reasonOfPGlite(error)}`)
  }
}

/** The file system of PGlite throws no Error but numbers of WASI, which differ from the system's. */
const fileErrors: Record<number, string> = {
  2: 'permission denied',
  19: 'disk quota exceeded',
  22: 'file too large',
  29: 'input/output error',
  33: 'too many open files',
  51: 'no space left on device',
  63: 'operation not permitted',
  69: 'read-only file system',
}

export function reasonOfPGlite(error: unknown): string {
  const { errno } = (error ?? {}) as { errno?: unknown }
  if (error instanceof Error || typeof errno !== 'number') return reasonOf(error)
  return fileErrors[errno] ?? `its file system failed with error ${errno}`
}

/** PGlite has no password, so it gets a socket that only its owner can open, and no port. */
async function makeSocketFolder(dataDir: string | undefined): Promise<string> {
  const folder = dataDir && `${dataDir}-socket`
  if (!folder || Buffer.byteLength(join(folder, socketName)) > socketPathMax)
    return mkdtemp(join(tmpdir(), 'edge-chat-'))
  // A killed start leaves its socket there.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
  return folder
}

function lendSessions(pool: pg.Pool, name: string): Postgres {
  // The next query reports a lost server. Without listeners these events would end the process.
  pool.on('error', () => {})
  pool.on('connect', (session) => session.on('error', () => {}))
  return {
    name,
    async use(work) {
      const session = await pool.connect()
      try {
        return await work(session)
      } finally {
        await takeBack(session)
      }
    },
    close: () => pool.end(),
  }
}

/** Neon gives every request a session of its own, so no request may see the state of another. */
async function takeBack(session: Session): Promise<void> {
  try {
    if (session.getTransactionStatus() !== 'I') await session.query('ROLLBACK')
    await session.query('DISCARD ALL')
    session.release()
  } catch {
    session.release(true)
  }
}
