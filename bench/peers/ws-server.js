// Passes each text to every socket, by the package ws alone. It is JavaScript, so that the project's
// type check needs none of the bench's packages.

import { WebSocket, WebSocketServer } from 'ws'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('connection', (socket) => {
  socket.on('error', () => {})
  socket.on('message', (text) => {
    for (const client of server.clients)
      if (client.readyState === WebSocket.OPEN) client.send(text, { binary: false })
  })
})
server.on('listening', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
