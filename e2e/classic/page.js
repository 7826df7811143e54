// A page as the course project taught it: signalling by Socket.IO on the default namespace, the picture peer to peer.
// `?server=` says where Noom is; without it, the page's own origin is meant.
const server = new URLSearchParams(location.search).get('server') ?? '';
const client = document.createElement('script');
client.src = `${server}/socket.io/socket.io.js`;
client.onload = () => begin(server ? io(server) : io());
document.head.append(client);

function begin(socket) {
  let connection;
  let room;

  document.querySelector('#enter').addEventListener('submit', async (event) => {
    event.preventDefault();
    room = event.target.room.value;
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    document.querySelector('#mine').srcObject = stream;
    connection = new RTCPeerConnection();
    connection.addEventListener('icecandidate', ({ candidate }) => socket.emit('ice', candidate, room));
    connection.addEventListener('track', ({ streams }) => (document.querySelector('#theirs').srcObject = streams[0]));
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    socket.emit('join_room', room);
  });

  socket.on('welcome', async () => {
    const offer = await connection.createOffer();
    await connection.setLocalDescription(offer);
    socket.emit('offer', offer, room);
  });
  socket.on('offer', async (offer) => {
    await connection.setRemoteDescription(offer);
    const answer = await connection.createAnswer();
    await connection.setLocalDescription(answer);
    socket.emit('answer', answer, room);
  });
  socket.on('answer', (answer) => connection.setRemoteDescription(answer));
  socket.on('ice', (candidate) => connection.addIceCandidate(candidate).catch(() => {}));
}
