// SPDX-License-Identifier: MIT
#include "tools/input/listeners.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

constexpr int WAITING_MAX = 16;

void listen_here(const Descriptor& socket, const std::string& where) {
    if (::listen(socket.get(), WAITING_MAX) != 0) {
        throw bad_input("cannot listen at {}: {}: choose another place", where, system_text(errno));
    }
}

struct FreeAddresses {
    void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses resolve(const std::string& host, const std::string& port, const std::string& where) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    if (error != 0) {
        throw bad_input("cannot listen at tcp:{}: {}: use an address of this machine and a port, "
                        "as in tcp:127.0.0.1:7000",
                        where, ::gai_strerror(error));
    }
    return Addresses(found);
}

std::string port_of(const Descriptor& socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    char port[NI_MAXSERV] = {};
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, nullptr, 0, port, sizeof port,
                      NI_NUMERICSERV) != 0) {
        return "?";
    }
    return port;
}

} // namespace

Descriptor listen_on_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        throw bad_input("unix:{}: a socket's path has 1 to {} bytes: use a shorter one", path,
                        sizeof address.sun_path - 1);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid() ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw bad_input("cannot listen at unix:{}: {}: choose another path, or remove what is "
                        "there",
                        path, system_text(errno));
    }
    listen_here(socket, "unix:" + path);
    return socket;
}

Descriptor listen_on_port(const std::string& host_and_port, std::string& address) {
    const std::size_t colon = host_and_port.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        throw bad_input("tcp:{} names no host and port: write it as tcp:127.0.0.1:7000",
                        host_and_port);
    }
    std::string host = host_and_port.substr(0, colon);
    const std::string bare =
        host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
    const Addresses found = resolve(bare, host_and_port.substr(colon + 1), host_and_port);
    Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0) {
        throw bad_input("cannot listen at tcp:{}: {}: use an address of this machine and a free "
                        "port",
                        host_and_port, system_text(errno));
    }
    listen_here(socket, "tcp:" + host_and_port);
    address = fmt::format("tcp:{}:{}", host, port_of(socket));
    return socket;
}

} // namespace knhk::tools
