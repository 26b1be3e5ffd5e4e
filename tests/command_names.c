// SPDX-License-Identifier: GPL-2.0
/* Names: of services, users, units and network namespaces; and limits of the host. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../userspace/count/holders.h"
#include "../userspace/host/cgroup.h"
#include "../userspace/host/container.h"
#include "../userspace/host/limit.h"
#include "../userspace/host/names.h"
#include "../userspace/host/netns.h"
#include "../userspace/host/place.h"
#include "../userspace/host/services.h"
#include "../userspace/host/session.h"
#include "../userspace/host/users.h"

TEST(services)
{
	static const char file[] =
		"# comment\n"
		"ssh\t\t22/tcp\t\t\t# SSH\n"
		"domain 53/tcp\n"
		"domain 53/udp nameserver  dns\n"
		"\n"
		"http\t80/tcp\twww\n"
		"second 80/tcp\n"
		"shell 514/tcp cmd\n"
		"syslog 514/udp\n"
		"rtmp 1/ddp\n"
		"bad 65536/tcp\n"
		"worse 7\n"
		"worst\n"
		"last 65535/udp";
	struct services services = { 0 };
	char *text = strdup(file);

	ASSERT_TRUE(text);
	services_parse(&services, text);
	EXPECT_STREQ("ssh", services_name(&services, 22, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 22, SOCKPORT_PROTOCOL_UDP));
	EXPECT_STREQ("domain", services_name(&services, 53, SOCKPORT_PROTOCOL_UDPLITE));
	EXPECT_STREQ("http", services_name(&services, 80, SOCKPORT_PROTOCOL_TCP));
	EXPECT_STREQ("last", services_name(&services, 65535, SOCKPORT_PROTOCOL_UDP));
	EXPECT_FALSE(services_name(&services, 65535, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 0, SOCKPORT_PROTOCOL_TCP));
	EXPECT_FALSE(services_name(&services, 1, SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(80, services_port(&services, "www", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(53, services_port(&services, "dns", SOCKPORT_PROTOCOL_UDP));
	EXPECT_EQ(514, services_port(&services, "cmd", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(0, services_port(&services, "cmd", SOCKPORT_PROTOCOL_UDP));
	EXPECT_EQ(0, services_port(&services, "bad", SOCKPORT_PROTOCOL_TCP));
	EXPECT_EQ(0, services_port(&services, "worse", SOCKPORT_PROTOCOL_TCP));
	services_free(&services);
}

/* What this machine's services are called, the library knows too. */
TEST(services_library)
{
	struct services services = { 0 };
	struct servent *theirs;
	const char *ours;
	/* A look-up tries files that are not there: slow on a debug kernel. */
	const uint32_t step = getenv("SOCKPORT_SLOW") ? 16 : 1;
	uint32_t port;

	setservent(1);
	for (port = 0; port < 1024; port += step) {
		ours = services_name(&services, port, SOCKPORT_PROTOCOL_TCP);
		theirs = getservbyport(htons(port), "tcp");
		ASSERT_EQ(!theirs, !ours);
		if (theirs) {
			EXPECT_STREQ(theirs->s_name, ours);
		}
	}
	endservent();
	services_free(&services);
}

TEST(users)
{
	static char file[] =
		"root:x:0:0:root:/root:/bin/bash\n"
		"odd:1000:1:1::/:\n"
		"www-data:x:33:33::/:\n"
		"broken:x\n"
		":x:7::\n"
		"last:x:1000:1000";
	struct users users = { .loaded = true, .text = file };
	char name[16], tiny[4];

	ASSERT_TRUE(users_name(&users, 0, name, sizeof(name)));
	EXPECT_STREQ("root", name);
	ASSERT_TRUE(users_name(&users, 33, name, sizeof(name)));
	EXPECT_STREQ("www-data", name);
	ASSERT_TRUE(users_name(&users, 1, name, sizeof(name)));
	EXPECT_STREQ("odd", name);
	EXPECT_FALSE(users_name(&users, 33, tiny, sizeof(tiny)));
	EXPECT_FALSE(users_name(&users, 7, name, sizeof(name)));
	EXPECT_FALSE(users_name(&users, 4000000000u, name, sizeof(name)));
	ASSERT_TRUE(users_name(&users, 1000, name, sizeof(name)));
	EXPECT_STREQ("last", name);
}

/* As an NSS module would see it, which may have to ask over a network. */
static ino_t asked_in;

int getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size, struct passwd **found)
{
	struct stat status;

	asked_in = stat("/proc/thread-self/ns/net", &status) ? 0 : status.st_ino;
	snprintf(buffer, size, "root");
	user->pw_name = buffer;
	*found = uid ? NULL : user;
	return 0;
}

/* Who is not in the file is looked up elsewhere. */
TEST(users_library)
{
	struct users users = { .loaded = true };
	char name[64];

	ASSERT_TRUE(users_name(&users, 0, name, sizeof(name)));
	EXPECT_STREQ("root", name);
}

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(units)
{
	static const struct { const char *path, *unit; } cases[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/system.slice/nginx.service/", "nginx.service" },
		{ "/system.slice/nginx.service/worker/0", "nginx.service" },
		{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
		{ "/user.slice", "user.slice" },
		{ "/system.slice/docker-" ID ".scope", "0123456789ab" },
		{ "/machine.slice/libpod-" ID ".scope/container", "0123456789ab" },
		{ "/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
		  "0123456789ab" },
		{ "/docker/" ID, "0123456789ab" },
		{ "/lxc.payload.web/", "web" },
		/* The first one is whose it is, the second what that one calls it. */
		{ "/lxc.payload.web/system.slice/sshd.service", "web/sshd.service" },
		{ "/user.slice/user-7.slice/user@7.service/app.slice/nginx.service",
		  "user@7.service/nginx.service" },
		{ "/user.slice/user-7.slice/user@7.service/app.slice/app-web@1.service",
		  "app-web@1.service" },
		{ "/system.slice/web.service/app-web@1.service", "web.service/app-web@1.service" },
		{ "/user.slice/user-7.slice/user@7.service/user.slice/libpod-" ID ".scope/a.service",
		  "user@7.service/0123456789ab" },
		{ "/system.slice/docker-" ID ".scope/init.scope", "0123456789ab/init.scope" },
		{ "/a.slice/b.slice/c", "b.slice" },
		/* Not certain enough to take anything off. */
		{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope" },
		{ "/machine.slice/machine-web.scope", "machine-web.scope" },
		{ "/a b.service", "a b.service" },
		{ "/", "" }, { "", "" }, { "/.service", "" }, { "/foo/bar", "" },
	};
	char unit[UNIT_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EXPECT_EQ(strlen(cases[i].unit), cgroup_unit(cases[i].path, unit));
		EXPECT_STREQ(cases[i].unit, unit);
	}
}

TEST(meant)
{
	const char *service = "/system.slice/nginx.service";
	const char *container = "/system.slice/docker-" ID ".scope";
	const char *delegated = "/user.slice/user-7.slice/user@7.service/app.slice/nginx.service";

	EXPECT_TRUE(holder_is_meant("17", 17, "x", ""));
	EXPECT_FALSE(holder_is_meant("17", 170, "x", ""));
	EXPECT_TRUE(holder_is_meant("nginx", 1, "nginx", ""));
	EXPECT_FALSE(holder_is_meant("ngin", 1, "nginx", service));
	EXPECT_FALSE(holder_is_meant("x", 1, "", ""));
	EXPECT_TRUE(holder_is_meant("nginx", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("nginx.service", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("system.slice", 1, "x", service));
	EXPECT_TRUE(holder_is_meant("systemd-resolved", 1, "systemd-resolve", ""));
	EXPECT_FALSE(holder_is_meant("systemd-", 1, "systemd-resolve", ""));
	EXPECT_TRUE(holder_is_meant("0123456789ab", 1, "x", container));
	EXPECT_TRUE(holder_is_meant(ID, 1, "x", container));
	EXPECT_FALSE(holder_is_meant("0123456789a", 1, "x", container));
	EXPECT_FALSE(holder_is_meant("0123456789ac", 1, "x", container));
	/* Who may make groups below one of their own does not make units of the system. */
	EXPECT_FALSE(holder_is_meant("nginx", 1, "x", delegated));
	EXPECT_FALSE(holder_is_meant("nginx.service", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user@7", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user-7.slice", 1, "x", delegated));
	EXPECT_TRUE(holder_is_meant("user@7.service/nginx.service", 1, "x", delegated));
}

TEST(netns_names)
{
	struct failure failure;
	char path[32];
	int netns;

	ASSERT_TRUE(netns_path("blue", path, sizeof(path)));
	EXPECT_STREQ("/run/netns/blue", path);
	ASSERT_TRUE(netns_path("42", path, sizeof(path)));
	EXPECT_STREQ("/proc/42/ns/net", path);
	ASSERT_TRUE(netns_path("42a", path, sizeof(path)));
	EXPECT_STREQ("/run/netns/42a", path);
	ASSERT_TRUE(netns_path("./42", path, sizeof(path)));
	EXPECT_STREQ("./42", path);
	EXPECT_FALSE(netns_path("", path, sizeof(path)));
	EXPECT_FALSE(netns_path(".", path, sizeof(path)));
	EXPECT_FALSE(netns_path("..", path, sizeof(path)));
	EXPECT_FALSE(netns_path("a-name-that-is-longer-than-the-path", path, sizeof(path)));
	EXPECT_EQ(-1, netns_open_named("/dev/null", &netns, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	EXPECT_EQ(-1, netns_open_named("no-such-namespace", &netns, &failure));
	EXPECT_EQ(EXIT_USAGE, failure.status);
	ASSERT_EQ(0, netns_open_named("/proc/self/ns/net", &netns, &failure));
	close(netns);
}

static int netns_open_new(void)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY), made;

	if (home < 0 || unshare(CLONE_NEWNET))
		return -1;
	made = open("/proc/thread-self/ns/net", O_RDONLY);
	if (setns(home, CLONE_NEWNET))
		return -1;
	close(home);
	return made;
}

/* Below a unit there is nothing that others are called. */
TEST(groups_that_may_hold_a_unit)
{
#define USER	"/user.slice/user-1000.slice/user@1000.service"
	static const struct {
		const char	*path;
		const char	*word;
		bool		may;
	} cases[] = {
		{ "/system.slice", "nginx.service", true },
		{ "/system.slice/nginx.service", "nginx", true },
		{ "/system.slice/nginx.service/worker", "nginx", true },
		{ "/system.slice/redis.service", "nginx", false },
		{ "/user.slice/user-1000.slice", "user@1000.service/web.service", true },
		{ USER, "nginx.service", false },
		{ USER "/app.slice", "user.slice", true },
		{ USER "/app.slice", "user@1000.service/web.service", true },
		{ USER "/app.slice", "user@100.service/web.service", false },
		{ USER "/app.slice", "user@1000.service.d", false },
		{ USER "/app.slice", "app-firefox.scope", true },
		{ "/system.slice/redis.service", "app-firefox.scope", false },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EXPECT_EQ(cases[i].may, cgroup_may_hold(cases[i].path, cases[i].word)) {
			TH_LOG("case %u", i);
		}
}

/* As long as that of a file can be, and that of a container with its pod. */
TEST(netns_long_name)
{
	struct names *names = names_new(false);
	char name[NETNS_NAME_MAX + 1], path[300], made[32];
	struct stat status;
	int netns, file;

	memset(name, 'n', NETNS_NAME_MAX);
	name[NETNS_NAME_MAX] = 0;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("none", "/run", "tmpfs", 0, NULL));
	ASSERT_EQ(0, mkdir("/run/netns", 0755));
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_LE(0, file);
	close(file);
	netns = netns_open_new();
	ASSERT_LE(0, netns);
	ASSERT_EQ(0, fstat(netns, &status));
	snprintf(made, sizeof(made), "/proc/self/fd/%d", netns);
	ASSERT_EQ(0, mount(made, path, NULL, MS_BIND, NULL));
	ASSERT_NE(NULL, names);
	EXPECT_STREQ(name, names_netns(names, status.st_ino));
	names_free(names);
	close(netns);
}

/* Users are those of here, whatever namespace is asked about. */
TEST(users_at_home)
{
	struct place place = { 0 };
	struct names *names = names_new(false);
	struct port_range range;
	struct stat home;
	int netns;

	ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &home));
	netns = netns_open_new();
	ASSERT_LE(0, netns);
	ASSERT_TRUE(names && place_open(&place, netns));
	names_set_place(names, &place);
	/* It has been there, and is back. */
	EXPECT_TRUE(names_local_range(names, &range));
	EXPECT_EQ(NULL, names_user(names, 4000000000u));
	EXPECT_EQ(home.st_ino, asked_in);
	names_free(names);
	place_close(&place);
	close(netns);
}

/* Of a distribution that has none in /etc. */
TEST(services_files)
{
	static const char *const files[] = { "/no/such/file", "/etc/passwd", NULL };
	static const char *const none[] = { "/no/such/file", NULL };
	struct services services = { 0 };

	services_read(&services, files);
	EXPECT_TRUE(services.text);
	services_free(&services);
	services_read(&services, none);
	EXPECT_FALSE(services_name(&services, 22, SOCKPORT_PROTOCOL_TCP));
	services_free(&services);
}

TEST(reserved_ports)
{
	const struct port_range range = { 100, 199 };

	EXPECT_EQ(0, limits_count_reserved("\n", &range));
	EXPECT_EQ(1, limits_count_reserved("100\n", &range));
	EXPECT_EQ(0, limits_count_reserved("99,200", &range));
	EXPECT_EQ(3, limits_count_reserved("1,150-151,199-65535\n", &range));
	EXPECT_EQ(100, limits_count_reserved("0-65535", &range));
	/* As the kernel does not write it: never more than there are. */
	EXPECT_EQ(100, limits_count_reserved("0-65535,100-199,150", &range));
}

TEST(levels)
{
	EXPECT_STREQ("ok", limit_level(79, 100));
	EXPECT_STREQ("warn", limit_level(80, 100));
	EXPECT_STREQ("full", limit_level(100, 100));
	EXPECT_STREQ("ok", limit_level(5, 0));
	EXPECT_EQ(99, limit_percent(999, 1000));
	EXPECT_EQ(100, limit_percent(UINT64_MAX, UINT64_MAX));
	EXPECT_EQ(0, limit_percent(4096, INT64_MAX));
}

/* Such ids, and none of them is kept where another one is. */
#define ID_OF(digit)	"000" #digit "456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHOWN(digit)	"000" #digit "456789ab"

/* A file below a directory, and the directories on its way. */
static void put_file(const char *root, const char *path, const char *text)
{
	char name[512], *slash;
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (slash = name + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		mkdir(name, 0700);
	}
	file = fopen(name, "w");
	if (file)
		fputs(text, file);
	if (file)
		fclose(file);
}

/* As docker, containerd, CRI-O, Podman and the kubelet write them. */
static void put_engines(const char *root)
{
	put_file(root, "/var/lib/docker/containers/" ID_OF(1) "/config.v2.json",
		 "{\"ID\":\"" ID_OF(1) "\",\"Name\":\"/nginx.service\"}");
	put_file(root, "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID_OF(2) "/config.json",
		 "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"web\","
		 "\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		 "\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	put_file(root, "/run/containerd/io.containerd.runtime.v2.task/default/" ID_OF(3) "/config.json",
		 "{\"annotations\":{\"nerdctl/name\":\"tree\"}}");
	put_file(root, "/run/containers/storage/overlay-containers/" ID_OF(4) "/userdata/config.json",
		 "{\"annotations\":{\"io.kubernetes.container.name\":\"db\","
		 "\"io.kubernetes.pod.name\":\"db-1\",\"io.kubernetes.pod.namespace\":\"shop\"}}");
	put_file(root, "/run/containers/storage/overlay-containers/" ID_OF(5) "/userdata/config.json",
		 "{\"annotations\":{\"io.container.manager\":\"libpod\"}}");
	put_file(root, "/var/lib/containers/storage/overlay-containers/containers.json",
		 "[{\"id\":\"" ID_OF(6) "\",\"names\":[]},{\"id\":\"" ID_OF(5) "\",\"names\":[\"pod\"]}]");
	put_file(root, "/var/log/containers/cache-0_shop_cache-" ID_OF(7) ".log", "");
	/* What is none of these does no harm. */
	put_file(root, "/var/lib/docker/containers/" ID_OF(8) "/config.v2.json", "[1, {");
	put_file(root, "/var/lib/docker/containers/" ID_OF(9) "/config.v2.json", "{\"Name\":7}");
}

TEST(containers)
{
	static const struct { const char *path, *unit, *word; } cases[] = {
		/* Also one that is called as a unit cannot be taken for it. */
		{ "/system.slice/docker-" ID_OF(1) ".scope", "nginx.service:" SHOWN(1), "nginx.service" },
		{ "/kubepods.slice/cri-containerd-" ID_OF(2) ".scope", "shop/web-0/web:" SHOWN(2), "web-0" },
		{ "/default/" ID_OF(3), "tree:" SHOWN(3), "tree" },
		{ "/kubepods.slice/crio-" ID_OF(4) ".scope/init.scope",
		  "shop/db-1/db:" SHOWN(4) "/init.scope", "shop/db-1/db" },
		{ "/machine.slice/libpod-" ID_OF(5) ".scope/container", "pod:" SHOWN(5), "pod" },
		{ "/machine.slice/libpod-" ID_OF(6) ".scope", SHOWN(6), SHOWN(6) },
		{ "/kubepods/besteffort/" ID_OF(7), "shop/cache-0/cache:" SHOWN(7), "shop" },
		{ "/docker/" ID_OF(8), SHOWN(8), ID_OF(8) }, { "/docker/" ID_OF(9), SHOWN(9), SHOWN(9) },
	};
	char root[] = "/tmp/sockport.XXXXXX", unit[UNIT_MAX + 1], command[64];
	size_t i;

	ASSERT_NE(NULL, mkdtemp(root));
	put_engines(root);
	container_set_root(root);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EXPECT_EQ(strlen(cases[i].unit), cgroup_unit(cases[i].path, unit));
		EXPECT_STREQ(cases[i].unit, unit);
		EXPECT_TRUE(cgroup_matches(cases[i].path, cases[i].word));
		EXPECT_TRUE(cgroup_matches(cases[i].path, cases[i].unit));
		EXPECT_FALSE(cgroup_matches(cases[i].path, "other"));
	}
	EXPECT_EQ(strlen("pod:" SHOWN(5)), cgroup_container(cases[4].path, unit));
	EXPECT_STREQ("pod:" SHOWN(5), unit);
	/* Who has a manager of his own can call a group as he likes. */
	cgroup_container("/user.slice/user-1000.slice/user@1000.service/app.slice/a.service/docker-"
			 ID_OF(1) ".scope", unit);
	EXPECT_STREQ("user@1000.service/nginx.service:" SHOWN(1), unit);
	container_set_root("");
	snprintf(command, sizeof(command), "rm -r %s", root);
	EXPECT_EQ(0, system(command));
}

/* As sshd(8) says it, and as the kernel has the same ends: each family has its own form. */
TEST(own_session)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 7 };
	static const uint8_t local[16] = { 0xfe, 0x80, [15] = 1 };
	struct session session = { 0 };

	ASSERT_TRUE(session_parse(&session, "192.0.2.7 50000 198.51.100.1 22"));
	EXPECT_TRUE(session_has_ends(&session, mapped + 12, 4, 50000, 22));
	/* To a listener of both families. */
	EXPECT_TRUE(session_has_ends(&session, mapped, 16, 50000, 22));
	EXPECT_FALSE(session_has_ends(&session, mapped, 16, 50001, 22));
	EXPECT_FALSE(session_has_ends(&session, mapped, 16, 22, 50000));
	EXPECT_FALSE(session_has_ends(&session, local + 12, 4, 50000, 22));
	ASSERT_TRUE(session_parse(&session, "fe80::1%eth0 50000 fe80::2%eth0 22"));
	EXPECT_TRUE(session_has_ends(&session, local, 16, 50000, 22));
	EXPECT_FALSE(session_has_ends(&session, mapped, 16, 50000, 22));
	EXPECT_FALSE(session_parse(&session, "UNKNOWN 65535 UNKNOWN 65535"));
	EXPECT_FALSE(session_has_ends(&session, local, 16, 65535, 65535));
}

TEST_HARNESS_MAIN
