// Postgres itself, embedded (PGlite: one session, one request at a time) or a server (a small pool).
// It lends out clean sessions and takes back whatever they were left in.
import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
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
  // One connection and no more: all connections would share the one session of PGlite.
  const socket = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0 })
  await socket.start()
  const [host, port] = socket.getServerConn().split(':')
  const pool = new pg.Pool({
    host: String(host),
    port: Number(port),
    user: 'postgres',
    database: 'postgres',
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
    },
  }
}

async function createEmbedded(dataDir: string | undefined): Promise<PGlite> {
  if (!dataDir) return PGlite.create('memory://')
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return await PGlite.create(dataDir)
  } catch (error) {
    throw new Refusal(`The Postgres data in ${dataDir} cannot be opened: ${reasonOf(error)}`)
  }
}

function lendSessions(pool: pg.Pool, name: string): Postgres {
  // A server that goes away is told by the next query; unheard, these events would end the process.
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

/** Neon gives every request a session of its own: nothing of one may be seen by the next. */
async function takeBack(session: Session): Promise<void> {
  try {
    if (session.getTransactionStatus() !== 'I') await session.query('ROLLBACK')
    await session.query('DISCARD ALL')
    session.release()
  } catch {
    session.release(true)
  }
}
