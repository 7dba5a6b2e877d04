// A chat as Socket.IO's guide builds it: each message is inserted into Postgres, then emitted to all.
// It is JavaScript, so that the project's type check needs none of the bench's packages.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'
import { Server } from 'socket.io'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query(`
  drop table if exists socket_io_messages;
  create table socket_io_messages (
    id uuid primary key, user_id uuid not null, username text not null, content text not null,
    created_at timestamptz not null, client_id text
  )`)

const http = createServer()
const io = new Server(http, { transports: ['websocket'] })
io.on('connection', (socket) => {
  const userId = randomUUID()
  socket.on('send_message', async ({ content, client_id }) => {
    const message = {
      id: randomUUID(),
      user_id: userId,
      username: 'person-10',
      content,
      created_at: new Date().toISOString(),
      updated_at: null,
      is_deleted: false,
      revision: 1,
      client_id,
    }
    await pool.query('insert into socket_io_messages values ($1, $2, $3, $4, $5, $6)', [
      message.id,
      message.user_id,
      message.username,
      message.content,
      message.created_at,
      message.client_id,
    ])
    io.emit('new_message', message)
  })
})
http.listen(0, '127.0.0.1', () => process.send(http.address().port))

process.on('SIGTERM', async () => {
  await pool.query('drop table socket_io_messages')
  process.exit()
})
process.on('disconnect', () => process.exit())
