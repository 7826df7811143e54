#!/bin/sh
# Makes the clips that load bots send. Run it in this directory on a machine with ffmpeg (libvpx, libopus); the results are
# committed, so that neither the build nor the server needs ffmpeg.
#
# q, h, f: one moving test picture in three sizes, 15 frames/s, 4 s, one keyframe at the start.
# coded00 … coded15: a number as bars; doc.go of package load says how to read them.
# tone: 2 s of Opus, 20 ms frames.
set -e
vp8="-c:v libvpx -g 9999 -keyint_min 9999 -auto-alt-ref 0 -lag-in-frames 0 -deadline good -cpu-used 1 -error-resilient 1 -an"

clip() { # size bitrate name
	ffmpeg -v error -y -f lavfi -i "testsrc2=size=$1:rate=15:duration=4" $vp8 -b:v "$2" -minrate "$2" -maxrate "$2" "$3.ivf"
}
clip 320x180 120k q
clip 640x360 250k h
clip 1280x720 430k f

i=0
while [ $i -lt 16 ]; do
	bars=format=yuv420p
	for bit in 0 1 2 3; do
		y=100
		[ $((i >> (3 - bit) & 1)) = 1 ] && y=0
		bars="$bars,drawbox=x=$((bit * 80)):y=$y:w=80:h=80:color=white:t=fill"
	done
	bars="$bars,drawbox=x=0:y=80:w=320:h=20:color=gray:t=fill"
	ffmpeg -v error -y -f lavfi -i "color=black:size=320x180:rate=15:duration=2" \
		-f lavfi -i "color=white:size=16x16:rate=15:duration=2" \
		-filter_complex "[0]$bars[b];[b][1]overlay=x='mod(n*10,300)':y=82" -frames:v 30 $vp8 -b:v 60k "coded$(printf %02d $i).ivf"
	i=$((i + 1))
done

ffmpeg -v error -y -f lavfi -i "aevalsrc='0.3*sin(2*PI*(220+110*floor(mod(t*4,4)))*t)':s=48000:d=2" \
	-c:a libopus -b:a 24k -frame_duration 20 -application voip -vbr on -page_duration 20000 tone.ogg
