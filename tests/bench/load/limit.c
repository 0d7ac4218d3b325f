/* limit: what the machine allows, a broadcast server in C without any rules.
 *
 *   gcc -O2 -o limit limit.c
 *   limit PORT       limit A: every frame received is sent to every socket by itself
 *   limit PORT nb    limit B: the frames of one round leave in one send per socket
 *   limit PORT MS    frames gathered for some milliseconds
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <unistd.h>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
static uint32_t rol(uint32_t x,int n){return x<<n|x>>(32-n);}
static void sha1(const uint8_t*d,size_t n,uint8_t*o){ uint32_t h[5]={0x67452301,0xEFCDAB89,0x98BADCFE,0x10325476,0xC3D2E1F0}; uint8_t b[256]={0}; memcpy(b,d,n); b[n]=0x80; size_t t=((n+8)/64+1)*64; uint64_t bits=n*8; for(int i=0;i<8;i++) b[t-1-i]=bits>>(8*i);
 for(size_t k=0;k<t;k+=64){ uint32_t w[80]; for(int i=0;i<16;i++) w[i]=b[k+4*i]<<24|b[k+4*i+1]<<16|b[k+4*i+2]<<8|b[k+4*i+3]; for(int i=16;i<80;i++) w[i]=rol(w[i-3]^w[i-8]^w[i-14]^w[i-16],1);
 uint32_t a=h[0],B=h[1],c=h[2],D=h[3],e=h[4]; for(int i=0;i<80;i++){ uint32_t f,q; if(i<20){f=(B&c)|(~B&D);q=0x5A827999;} else if(i<40){f=B^c^D;q=0x6ED9EBA1;} else if(i<60){f=(B&c)|(B&D)|(c&D);q=0x8F1BBCDC;} else {f=B^c^D;q=0xCA62C1D6;} uint32_t T=rol(a,5)+f+e+q+w[i]; e=D;D=c;c=rol(B,30);B=a;a=T;} h[0]+=a;h[1]+=B;h[2]+=c;h[3]+=D;h[4]+=e; }
 for(int i=0;i<5;i++){o[4*i]=h[i]>>24;o[4*i+1]=h[i]>>16;o[4*i+2]=h[i]>>8;o[4*i+3]=h[i];} }
static void b64(const uint8_t*d,int n,char*o){ const char*t="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; int i; for(i=0;i+2<n;i+=3){*o++=t[d[i]>>2];*o++=t[(d[i]&3)<<4|d[i+1]>>4];*o++=t[(d[i+1]&15)<<2|d[i+2]>>6];*o++=t[d[i+2]&63];} if(n-i==2){*o++=t[d[i]>>2];*o++=t[(d[i]&3)<<4|d[i+1]>>4];*o++=t[(d[i+1]&15)<<2];*o++='=';} *o=0; }
static int subs[70000],nsubs,pos[70000],state[70000]; static uint64_t drops;
static uint64_t ms(void){ struct timespec t; clock_gettime(CLOCK_MONOTONIC,&t); return t.tv_sec*1000ull+t.tv_nsec/1000000; }
static void bcast(const uint8_t*f,int n){ for(int i=0;i<nsubs;i++){ ssize_t r=send(subs[i],f,n,MSG_DONTWAIT|MSG_NOSIGNAL); if(r!=n) drops++; } }
static void rm(int fd){ if(pos[fd]){ int p=pos[fd]-1; subs[p]=subs[--nsubs]; pos[subs[p]]=p+1; pos[fd]=0; } state[fd]=0; close(fd); }
int main(int c,char**v){ signal(SIGPIPE,SIG_IGN); int port=atoi(v[1]), co=c>2?atoi(v[2]):0, nb=c>2&&!strcmp(v[2],"nb"); static uint8_t nbuf[1<<20]; int nl=0; if(nb) co=0; struct rlimit rl; getrlimit(RLIMIT_NOFILE,&rl); rl.rlim_cur=rl.rlim_max; setrlimit(RLIMIT_NOFILE,&rl);
 int l=socket(AF_INET,SOCK_STREAM|SOCK_NONBLOCK,0),one=1; setsockopt(l,SOL_SOCKET,SO_REUSEADDR,&one,4); struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(port),.sin_addr.s_addr=htonl(INADDR_LOOPBACK)}; if(bind(l,(void*)&a,sizeof a)){perror("bind");return 1;} listen(l,4096);
 int ep=epoll_create1(0); struct epoll_event e={.events=EPOLLIN,.data.fd=l}; epoll_ctl(ep,EPOLL_CTL_ADD,l,&e); static uint8_t b[65536],o[65536+16]; static uint8_t acc[1<<16]; int an=0; uint64_t due=0;
 for(;;){ struct epoll_event ev[512]; int to=-1; if(an){ int64_t d=due-ms(); to=d<0?0:d; } int n=epoll_wait(ep,ev,512,to);
  if(an && ms()>=due){ int h=4; o[0]=0x81;o[1]=126;o[2]=(an+1)>>8;o[3]=an+1; memcpy(o+h,acc,an); o[h+an]=']'; bcast(o,h+an+1); an=0; }
  for(int i=0;i<n;i++){ int fd=ev[i].data.fd; if(fd==l){ int s; while((s=accept4(l,0,0,SOCK_NONBLOCK))>=0){ setsockopt(s,IPPROTO_TCP,TCP_NODELAY,&one,4); e.data.fd=s; epoll_ctl(ep,EPOLL_CTL_ADD,s,&e); state[s]=1; } continue; }
   ssize_t r=recv(fd,b,sizeof b-1,0); if(r<=0){ if(r<0&&errno==EAGAIN) continue; rm(fd); continue; } b[r]=0;
   if(state[fd]==1){ char*k=strstr((char*)b,"Sec-WebSocket-Key: "); if(!k){ rm(fd); continue; } char key[128]; int kl=strcspn(k+19,"\r\n"); memcpy(key,k+19,kl); strcpy(key+kl,"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"); uint8_t d[20]; char ac[40]; sha1((uint8_t*)key,strlen(key),d); b64(d,20,ac); char rep[256]; int rn=snprintf(rep,256,"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",ac); send(fd,rep,rn,MSG_NOSIGNAL); state[fd]=2; if(strncmp((char*)b,"GET /pub",8)){ subs[nsubs++]=fd; pos[fd]=nsubs; } continue; }
   uint8_t*p=b,*end=b+r; while(end-p>=6){ int op=p[0]&15; uint64_t L=p[1]&127; p+=2; if(L==126){L=p[0]<<8|p[1];p+=2;} uint8_t*m=p; p+=4; if((uint64_t)(end-p)<L) break; for(uint64_t j=0;j<L;j++) p[j]^=m[j&3];
     if(op==1){ if(co){ if(!an){ acc[an++]='['; due=ms()+co; } else acc[an++]=','; if(an+L<65000){ memcpy(acc+an,p,L); an+=L; } } else { int h=2; o[0]=0x81; if(L<126) o[1]=L; else {o[1]=126;o[2]=L>>8;o[3]=L;h=4;} memcpy(o+h,p,L); if(nb){ if(nl+h+L>sizeof nbuf){ bcast(nbuf,nl); nl=0; } memcpy(nbuf+nl,o,h+L); nl+=h+L; } else bcast(o,h+L); } } p+=L; } } if(nl){ bcast(nbuf,nl); nl=0; } } }
