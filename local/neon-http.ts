// Neon's HTTP protocol in front of any Postgres: POST /sql with one query, or with several as one
// transaction. Values go in and out as Postgres text; SQL errors are 400, an outage is 503.
import pg from 'pg'
import { z } from 'zod'
import { type Answer, type Bridge, type BridgeOptions, type Call, serve } from './bridge.ts'
import type { Postgres, Session } from './postgres.ts'
import { reasonOf } from './refusal.ts'

export interface NeonBridge extends Bridge {
  /** The fetch endpoint, with its path. */
  url: string
  /** For the driver. It contains the password, which every call must have. */
  connectionString: string
}

// Postgres's protocol has 16 bits for their number, and would silently cut a query with more.
const maxParams = 65_535

const Statement = z.object({
  query: z.string(),
  params: z.array(z.string().nullable()).default([]),
})
type Statement = z.infer<typeof Statement>

const Body = z.union([z.object({ queries: z.array(Statement) }), Statement])

const isolationLevels: Record<string, string> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

const errorFields = [
  ...['message', 'severity', 'code', 'detail', 'hint', 'position', 'internalPosition'],
  ...['internalQuery', 'where', 'schema', 'table', 'column', 'dataType', 'constraint'],
  ...['file', 'line', 'routine'],
] as const

export async function serveNeon({
  postgres,
  password = 'local',
  ...options
}: BridgeOptions & { postgres: Postgres; password?: string }): Promise<NeonBridge> {
  const bridge = await serve(options, (call) => answerSql(postgres, password, call))
  return {
    ...bridge,
    url: `${bridge.url}/sql`,
    connectionString: `postgres://local:${password}@127.0.0.1/chat`,
  }
}

async function answerSql(postgres: Postgres, password: string, call: Call): Promise<Answer> {
  if (call.method !== 'POST' || call.path !== '/sql') {
    return { status: 404, body: { message: 'There is only POST /sql' } }
  }
  try {
    return { status: 200, body: await runRequest(postgres, password, call) }
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isOutage(error)) {
      return { status: 503, body: { message: `Postgres cannot be reached: ${reasonOf(error)}` } }
    }
    const fields = error as unknown as Record<string, unknown>
    const body = Object.fromEntries(errorFields.map((field) => [field, fields[field]]))
    return { status: 400, body }
  }
}

async function runRequest(postgres: Postgres, password: string, { headers, body }: Call) {
  if (passwordIn(headers['neon-connection-string']) !== password) {
    throw sqlError('28P01', 'password authentication failed')
  }
  if (headers['neon-raw-text-output'] !== 'true' || headers['neon-array-mode'] !== 'true') {
    throw sqlError('0A000', 'only raw text in arrays is answered')
  }
  const parsed = Body.safeParse(parseJson(body))
  if (!parsed.success) throw sqlError('22023', 'the body is neither {query, params} nor {queries}')
  const request = parsed.data
  if ('query' in request) {
    refuseWhatHangs(request)
    return postgres.use((session) => runStatement(session, request))
  }
  for (const statement of request.queries) refuseWhatHangs(statement)
  const begin = beginOf(headers)
  return postgres.use(async (session) => {
    await session.query(begin)
    const results = []
    for (const statement of request.queries) results.push(await runStatement(session, statement))
    await session.query('COMMIT')
    return { results }
  })
}

async function runStatement(session: Session, { query, params }: Statement) {
  const config: pg.QueryArrayConfig & { queryMode: 'extended' } = {
    text: query,
    values: params,
    rowMode: 'array',
    queryMode: 'extended',
    types: { getTypeParser: () => (text: string) => text },
  }
  const { command, rowCount, fields, rows } = await session.query(config)
  return { command, rowCount, rowAsArray: true, fields, rows }
}

function beginOf(headers: Call['headers']): string {
  const level = headers['neon-batch-isolation-level']
  const isolation = level === undefined ? '' : isolationLevels[String(level)]
  if (isolation === undefined) throw sqlError('22023', `unknown isolation level ${level}`)
  return [
    'BEGIN',
    isolation && `ISOLATION LEVEL ${isolation}`,
    headers['neon-batch-read-only'] === 'true' && 'READ ONLY',
    headers['neon-batch-deferrable'] === 'true' && 'DEFERRABLE',
  ]
    .filter(Boolean)
    .join(' ')
}

function refuseWhatHangs({ query, params }: Statement): void {
  const bare = query.replace(/^(\s|--.*|\/\*[\s\S]*?\*\/)+/, '')
  if (/^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(bare)) {
    throw sqlError('0A000', 'COPY FROM STDIN is not supported over HTTP')
  }
  if (query.includes('\0'))
    throw sqlError('22021', 'invalid byte sequence for encoding "UTF8": 0x00')
  if (params.length > maxParams) throw sqlError('54000', `more than ${maxParams} parameters`)
}

/** Whether Postgres refused or ended the session. The query itself may be valid. */
function isOutage({ severity, code }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || code?.startsWith('57P') === true
}

function sqlError(code: string, message: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error')
  return Object.assign(error, { severity: 'ERROR', code })
}

function passwordIn(connectionString: string | string[] | undefined): string | undefined {
  const url = URL.parse(String(connectionString))
  return url ? decodeURIComponent(url.password) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
