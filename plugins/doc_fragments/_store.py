# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a secret is kept, where a minted one waits, and how long one run waits for another. Private."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - For V(hashi_vault) of O(store.type), the Python library C(hvac) on the controller
  - For V(aws_secrets_manager) of O(store.type), the Python library C(boto3) on the controller
attributes:
  action:
    details:
      - It runs in the process of Ansible on the controller. It connects to the task's host only for a store of the type
        V(json_file) or V(module).
  delegation:
    support: partial
    details: It runs on the controller. A V(json_file) or V(module) store is on the host that the task is delegated to.
  become:
    support: partial
    details: It runs as the user that Ansible runs as. A V(json_file) or V(module) store is used as the other user.
options:
  store:
    description:
      - Where the secret is kept. Only the options of its O(store.type) are allowed.
      - The guide R(Secret stores,ansible_collections.oauthops.iam.docsite.guide_stores) has an example of each type.
    type: dict
    required: true
    suboptions:
      type:
        description:
          - The kind of store.
          - V(json_file) is a file on the task's host, V(vault_file) a file on the controller that is encrypted with
            Ansible Vault. V(hashi_vault) is a server of HashiCorp Vault or OpenBao, V(aws_secrets_manager) is AWS
            Secrets Manager, and V(awx_credential) a credential of AWX or automation controller.
          - V(command) runs your two programs on the controller, V(module) a module on the task's host.
        type: str
        required: true
        choices: [json_file, vault_file, hashi_vault, aws_secrets_manager, awx_credential, command, module]
      path:
        description:
          - With O(store.type=json_file), the absolute path of a JSON file with mode C(0600), not encrypted. Required.
          - With O(store.type=vault_file), the absolute path of a YAML file that is encrypted as a whole. Required.
          - With O(store.type=hashi_vault), the path of the secret in the KV engine, version 2. Required.
        type: str
      owner:
        description: Only with O(store.type=json_file). The owner of the file.
        type: str
      group:
        description: Only with O(store.type=json_file). The group of the file.
        type: str
      key:
        description: Only with O(store.type=vault_file). The key at the top level of the file. Required.
        type: str
      vault_id:
        description:
          - Only with O(store.type=vault_file). The vault ID to encrypt with. If omitted, an existing file keeps its
            vault ID, and a new file gets the same as with C(ansible-vault encrypt).
        type: str
      vault_password_file:
        description:
          - Only with O(store.type=vault_file). The file or script with the password. Without it and
            O(store.vault_password), the vault passwords of the run are used.
        type: path
      vault_password:
        description: Only with O(store.type=vault_file). The password.
        type: str
      mount:
        description: Only with O(store.type=hashi_vault). The mount point of the KV engine, V(secret) if omitted.
        type: str
      url:
        description:
          - Only with O(store.type=hashi_vault). The address of the server. Required, unless
            E(ANSIBLE_HASHI_VAULT_ADDR) or E(VAULT_ADDR) is set.
        type: str
      namespace:
        description:
          - Only with O(store.type=hashi_vault). The namespace. If omitted, it is E(ANSIBLE_HASHI_VAULT_NAMESPACE) or
            E(VAULT_NAMESPACE).
        type: str
      ca_cert:
        description:
          - Only with O(store.type=hashi_vault). The file with the certificate authorities. If omitted, it is
            E(ANSIBLE_HASHI_VAULT_CA_CERT) or E(VAULT_CACERT).
        type: path
      auth_method:
        description:
          - Only with O(store.type=hashi_vault). How to log in. If omitted, it is E(ANSIBLE_HASHI_VAULT_AUTH_METHOD),
            else V(token).
        type: str
        choices: [token, approle, jwt, kubernetes, cert, userpass, ldap]
      auth_mount_point:
        description:
          - Only with O(store.type=hashi_vault). The mount point of the auth method. If omitted, it is
            E(ANSIBLE_HASHI_VAULT_MOUNT_POINT), else the name of O(store.auth_method).
        type: str
      token:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=token). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_TOKEN), E(VAULT_TOKEN) or the content of C(~/.vault-token).
        type: str
      role_id:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=approle). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_ROLE_ID).
        type: str
      secret_id:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=approle). If omitted, it is
            E(ANSIBLE_HASHI_VAULT_SECRET_ID).
        type: str
      role:
        description:
          - Only with O(store.type=hashi_vault). The role for V(jwt), V(kubernetes) and V(cert) of O(store.auth_method).
        type: str
      jwt:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=jwt) and O(store.auth_method=kubernetes). If
            omitted, it is E(ANSIBLE_HASHI_VAULT_JWT), and for V(kubernetes) the token of the service account.
        type: str
      username:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=userpass) and O(store.auth_method=ldap). If
            omitted, it is E(ANSIBLE_HASHI_VAULT_USERNAME).
        type: str
      password:
        description:
          - Only with O(store.type=hashi_vault). For O(store.auth_method=userpass) and O(store.auth_method=ldap). If
            omitted, it is E(ANSIBLE_HASHI_VAULT_PASSWORD).
        type: str
      cert_auth_public_key:
        description:
          - Only with O(store.type=hashi_vault). The file with the certificate for V(cert) of O(store.auth_method). If
            omitted, it is E(ANSIBLE_HASHI_VAULT_CERT_AUTH_PUBLIC_KEY).
        type: path
      cert_auth_private_key:
        description:
          - Only with O(store.type=hashi_vault). The file with the private key of O(store.cert_auth_public_key). If
            omitted, it is E(ANSIBLE_HASHI_VAULT_CERT_AUTH_PRIVATE_KEY).
        type: path
      name:
        description:
          - With O(store.type=aws_secrets_manager), the name or the ARN of the secret. Required.
          - With O(store.type=awx_credential), the name of the credential. Required.
          - With O(store.type=module), the full name of a module. With O(store.options) alone, it must only read.
            Required.
        type: str
      region:
        description:
          - Only with O(store.type=aws_secrets_manager). The region. If omitted, it is E(AWS_REGION), or
            boto3 chooses it.
        type: str
      profile:
        description:
          - Only with O(store.type=aws_secrets_manager). The profile in the AWS configuration files. If omitted, boto3
            chooses it.
        type: str
      access_key:
        description:
          - Only with O(store.type=aws_secrets_manager). The ID of the access key. If omitted, boto3 finds the
            credentials.
        type: str
      secret_key:
        description: Only with O(store.type=aws_secrets_manager). The secret access key.
        type: str
      session_token:
        description: Only with O(store.type=aws_secrets_manager). The session token of temporary credentials.
        type: str
      endpoint_url:
        description: Only with O(store.type=aws_secrets_manager). The address of the service, if it is not AWS's own.
        type: str
      aws_ca_bundle:
        description: Only with O(store.type=aws_secrets_manager). The file with the certificate authorities.
        type: path
      credential_type:
        description:
          - Only with O(store.type=awx_credential). The name of the credential type, which has the fields C(client_id),
            C(client_secret), C(minted_at) and C(rotation). The field C(client_secret) must be secret. Required.
        type: str
      organization:
        description:
          - Only with O(store.type=awx_credential). The organization that owns the credential. Required to create one.
        type: str
      controller_host:
        description:
          - Only with O(store.type=awx_credential). The address of the controller. Required, unless E(CONTROLLER_HOST)
            or E(TOWER_HOST) is set.
        type: str
      controller_oauthtoken:
        description:
          - Only with O(store.type=awx_credential). The OAuth token. If omitted, it is E(CONTROLLER_OAUTH_TOKEN) or
            E(TOWER_OAUTH_TOKEN).
        type: str
      controller_username:
        description:
          - Only with O(store.type=awx_credential). The user, if no token is set. If omitted, it is
            E(CONTROLLER_USERNAME) or E(TOWER_USERNAME).
        type: str
      controller_password:
        description:
          - Only with O(store.type=awx_credential). The password of the user. If omitted, it is E(CONTROLLER_PASSWORD)
            or E(TOWER_PASSWORD).
        type: str
      ca_path:
        description: Only with O(store.type=awx_credential). The file with the certificate authorities.
        type: path
      validate_certs:
        description:
          - With O(store.type=hashi_vault) and O(store.type=awx_credential), whether certificates are verified. If
            omitted, E(VAULT_SKIP_VERIFY) or E(CONTROLLER_VERIFY_SSL) decides, else V(true).
        type: bool
      timeout:
        description:
          - With O(store.type=hashi_vault), O(store.type=aws_secrets_manager) and O(store.type=awx_credential), how many
            seconds a request may take, V(30) if omitted.
          - With O(store.type=command), how many seconds a program may take, V(30) if omitted.
        type: float
      read:
        description:
          - Only with O(store.type=command). The program, with its arguments, that prints the stored JSON object. It
            prints nothing if nothing is stored. Required.
        type: list
        elements: str
      write:
        description:
          - Only with O(store.type=command). The program, with its arguments, that stores the JSON object from its
            standard input. Required.
        type: list
        elements: str
      environment:
        description: Only with O(store.type=command). Variables for both programs. Their values are treated as secrets.
        type: dict
      options:
        description: Only with O(store.type=module). The options of the module, for reading and for writing.
        type: dict
      read_from:
        description:
          - Only with O(store.type=module). The key of the stored mapping in the result of the module, with dots between
            nested keys, V(value) if omitted.
        type: str
      write_to:
        description:
          - Only with O(store.type=module). The option of the module that takes the record when it writes. The module
            must declare it with C(no_log). Required.
        type: str
  lock_timeout:
    description: How many seconds to wait for another run that uses the same O(handover_dir) for the same client.
    type: float
    default: 60
  handover_dir:
    description:
      - The directory on the controller where a minted secret waits until the store holds it, and where the locks are.
      - It is created with mode V(0700), and must belong to the user that Ansible runs as.
      - After a run that was killed, the file there is the only copy of the secret. So the directory has to outlive the
        run. In an execution environment, mount a volume there.
      - If omitted, the environment variable E(OAUTHOPS_HANDOVER_DIR) is used, else C(oauthops.iam) in
        C(ANSIBLE_HOME), which is V(~/.ansible) by default.
    type: path
"""
